import { Column, DataType, Default, Model, PrimaryKey, Table } from 'sequelize-typescript';

@Table({ tableName: 'ip_restrictions', timestamps: true, underscored: false })
export class IpRestrictionEntity extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(45), allowNull: false })
  declare ipAddress: string;

  @Column({ type: DataType.ENUM('WHITELIST', 'BLACKLIST'), allowNull: false })
  declare type: string;

  @Column({ type: DataType.TEXT, allowNull: true })
  declare reason?: string;

  @Column({ type: DataType.DATE, allowNull: true })
  declare expiresAt?: Date;
}
