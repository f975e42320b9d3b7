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
import { ScreeningOutcome, ScreeningType } from './enums/clinical.enum';

export enum FollowUpStatus {
  NOT_NEEDED = 'NOT_NEEDED',
  PENDING = 'PENDING',
  SCHEDULED = 'SCHEDULED',
  COMPLETED = 'COMPLETED',
  OVERDUE = 'OVERDUE',
  DECLINED = 'DECLINED',
}

export interface HealthScreeningAttributes {
  id?: string;
  studentId: string;
  healthRecordId?: string;
  screeningType: string;
  screeningDate: Date;
  screenedBy: string;
  outcome: string;
  results?: Record<string, any>;
  followUpStatus: string;
  followUpDate?: string;
  notes?: string;
}

@Table({
  tableName: 'health_screenings',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Results of vision, hearing and other screenings (PHI).',
  indexes: [
    { fields: ['healthRecordId'] },
    { fields: ['studentId'] },
  ],
})
export class HealthScreening extends Model<HealthScreeningAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @ForeignKey(() => require('./health-record.model').HealthRecord)
  @Column({ type: DataType.UUID, allowNull: true })
  declare healthRecordId?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ScreeningType) as string[])),
    allowNull: false,
  })
  declare screeningType: ScreeningType;

  @Column({ type: DataType.DATE, allowNull: false })
  declare screeningDate: Date;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare screenedBy: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ScreeningOutcome) as string[])),
    allowNull: false,
  })
  declare outcome: ScreeningOutcome;

  @Column(DataType.JSONB)
  declare results?: Record<string, any>;

  @Column({
    type: DataType.ENUM(...(Object.values(FollowUpStatus) as string[])),
    allowNull: false,
    defaultValue: FollowUpStatus.NOT_NEEDED,
  })
  declare followUpStatus: FollowUpStatus;

  @Column(DataType.DATEONLY)
  declare followUpDate?: string;

  @Column(DataType.TEXT)
  declare notes?: string;

  @BelongsTo(() => require('./health-record.model').HealthRecord, {
    foreignKey: 'healthRecordId',
    as: 'healthRecord',
    onDelete: 'SET NULL',
    onUpdate: 'CASCADE',
  })
  declare healthRecord?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare student?: any;
}
