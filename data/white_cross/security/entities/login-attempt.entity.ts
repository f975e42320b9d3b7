import { Column, DataType, Default, Model, PrimaryKey, Table } from 'sequelize-typescript';

@Table({ tableName: 'login_attempts', timestamps: true, underscored: false })
export class LoginAttemptEntity extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING, allowNull: false })
  declare username: string;

  @Column({ type: DataType.UUID, allowNull: true })
  declare userId?: string;

  @Column({ type: DataType.STRING(45), allowNull: false })
  declare ipAddress: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false })
  declare success: boolean;

  @Column({ type: DataType.STRING(100), allowNull: true })
  declare failureReason?: string;
}
