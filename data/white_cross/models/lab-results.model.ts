import {
  BelongsTo,
  Column,
  DataType,
  Default,
  ForeignKey,
  Index,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum LabResultsStatus {
  ORDERED = 'ORDERED',
  COLLECTED = 'COLLECTED',
  PROCESSING = 'PROCESSING',
  COMPLETED = 'COMPLETED',
  CANCELLED = 'CANCELLED',
}

export interface LabResultsAttributes {
  id?: string;
  studentId: string;
  testType: string;
  testName: string;
  testCode?: string;
  orderedDate: Date;
  resultDate?: Date;
  orderedById?: string;
  reviewedById?: string;
  resultValue?: number;
  resultUnit?: string;
  referenceRange?: string;
  isAbnormal: boolean;
  status: string;
  attachments?: string[];
}

@Table({
  tableName: 'lab_results',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Laboratory results (PHI).',
})
export class LabResults extends Model<LabResultsAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Index
  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare testType: string;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare testName: string;

  @Column(DataType.STRING(50))
  declare testCode?: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare orderedDate: Date;

  @Column(DataType.DATE)
  declare resultDate?: Date;

  @Index
  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare orderedById?: string;

  @Index
  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare reviewedById?: string;

  @Column(DataType.DECIMAL(12, 4))
  declare resultValue?: number;

  @Column(DataType.STRING(50))
  declare resultUnit?: string;

  @Column(DataType.STRING(100))
  declare referenceRange?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isAbnormal: boolean;

  @Column({
    type: DataType.ENUM(...(Object.values(LabResultsStatus) as string[])),
    allowNull: false,
    defaultValue: LabResultsStatus.ORDERED,
  })
  declare status: LabResultsStatus;

  @Column(DataType.ARRAY(DataType.TEXT))
  declare attachments?: string[];

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'orderedById', as: 'orderedBy' })
  declare orderedBy?: any;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'reviewedById', as: 'reviewedBy' })
  declare reviewedBy?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare student?: any;
}
