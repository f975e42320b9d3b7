import { Column, DataType, Default, Model, PrimaryKey, Table } from 'sequelize-typescript';

@Table({ tableName: 'security_incidents', timestamps: true, underscored: false })
export class SecurityIncidentEntity extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare type: string;

  @Column({ type: DataType.ENUM('LOW', 'MEDIUM', 'HIGH', 'CRITICAL'), allowNull: false })
  declare severity: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare description: string;

  @Column({ type: DataType.UUID, allowNull: true })
  declare userId?: string;

  @Column({ type: DataType.JSONB, allowNull: true })
  declare metadata?: Record<string, any>;
}
