import {
  BelongsTo,
  Column,
  DataType,
  Default,
  ForeignKey,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum TreatmentPlanStatus {
  DRAFT = 'DRAFT',
  ACTIVE = 'ACTIVE',
  COMPLETED = 'COMPLETED',
  CANCELLED = 'CANCELLED',
}

export interface TreatmentPlanAttributes {
  id?: string;
  studentId: string;
  title: string;
  description?: string;
  startDate: string;
  endDate?: string;
  status: string;
  goals?: Record<string, any>;
  createdById?: string;
  reviewDate?: string;
}

@Table({
  tableName: 'treatment_plans',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Plans of treatment and their goals (PHI).',
  indexes: [
    { fields: ['createdById'] },
    { fields: ['studentId'] },
  ],
})
export class TreatmentPlan extends Model<TreatmentPlanAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @Column({ type: DataType.STRING, allowNull: false })
  declare title: string;

  @Column(DataType.TEXT)
  declare description?: string;

  @Column({ type: DataType.DATEONLY, allowNull: false })
  declare startDate: string;

  @Column(DataType.DATEONLY)
  declare endDate?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(TreatmentPlanStatus) as string[])),
    allowNull: false,
    defaultValue: TreatmentPlanStatus.DRAFT,
  })
  declare status: TreatmentPlanStatus;

  @Column(DataType.JSONB)
  declare goals?: Record<string, any>;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare createdById?: string;

  @Column(DataType.DATEONLY)
  declare reviewDate?: string;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'createdById', as: 'createdBy' })
  declare createdBy?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare student?: any;
}
