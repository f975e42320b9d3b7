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

export enum HealthRecordRecordType {
  CHECKUP = 'CHECKUP',
  VACCINATION = 'VACCINATION',
  ILLNESS = 'ILLNESS',
  INJURY = 'INJURY',
  SCREENING = 'SCREENING',
  PHYSICAL_EXAM = 'PHYSICAL_EXAM',
  MENTAL_HEALTH = 'MENTAL_HEALTH',
  DENTAL = 'DENTAL',
  VISION = 'VISION',
  HEARING = 'HEARING',
}

export interface HealthRecordAttributes {
  id?: string;
  studentId: string;
  recordType: string;
  title: string;
  description: string;
  recordDate: Date;
  provider?: string;
  providerNpi?: string;
  facility?: string;
  facilityNpi?: string;
  diagnosis?: string;
  diagnosisCode?: string;
  treatment?: string;
  followUpRequired: boolean;
  followUpDate?: Date;
  followUpCompleted: boolean;
  attachments: string[];
  metadata?: Record<string, any>;
  isConfidential: boolean;
  notes?: string;
  createdBy?: string;
  updatedBy?: string;
}

@Table({
  tableName: 'health_records',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: "Entries of a student's health file (PHI).",
  indexes: [
    { fields: ['studentId', 'recordDate'] },
    { fields: ['recordType', 'recordDate'] },
    { fields: ['createdBy'] },
    { fields: ['followUpRequired', 'followUpDate'] },
  ],
})
export class HealthRecord extends Model<HealthRecordAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @Column({
    type: DataType.ENUM(...(Object.values(HealthRecordRecordType) as string[])),
    allowNull: false,
  })
  declare recordType: HealthRecordRecordType;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare title: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare description: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare recordDate: Date;

  @Column(DataType.STRING(200))
  declare provider?: string;

  @Column(DataType.STRING(20))
  declare providerNpi?: string;

  @Column(DataType.STRING(200))
  declare facility?: string;

  @Column(DataType.STRING(20))
  declare facilityNpi?: string;

  @Column(DataType.TEXT)
  declare diagnosis?: string;

  @Column(DataType.STRING(20))
  declare diagnosisCode?: string;

  @Column(DataType.TEXT)
  declare treatment?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare followUpRequired: boolean;

  @Column(DataType.DATE)
  declare followUpDate?: Date;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare followUpCompleted: boolean;

  @Column({ type: DataType.ARRAY(DataType.TEXT), allowNull: false, defaultValue: [] })
  declare attachments: string[];

  @Column(DataType.JSONB)
  declare metadata?: Record<string, any>;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isConfidential: boolean;

  @Column(DataType.TEXT)
  declare notes?: string;

  @Column(DataType.UUID)
  declare createdBy?: string;

  @Column(DataType.UUID)
  declare updatedBy?: string;

  @BelongsTo(() => require('./student.model').Student)
  declare student?: any;
}
