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

export interface MedicalHistoryAttributes {
  id?: string;
  studentId: string;
  recordType: string;
  condition: string;
  diagnosisCode?: string;
  diagnosisDate?: string;
  resolvedDate?: string;
  isActive: boolean;
  isFamilyHistory: boolean;
  familyRelation?: string;
  notes?: string;
}

@Table({
  tableName: 'medical_history',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Past conditions, surgeries and family history (PHI).',
  indexes: [
    { fields: ['studentId'] },
  ],
})
export class MedicalHistory extends Model<MedicalHistoryAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare recordType: string;

  @Column({ type: DataType.STRING, allowNull: false })
  declare condition: string;

  @Column(DataType.STRING(20))
  declare diagnosisCode?: string;

  @Column(DataType.DATEONLY)
  declare diagnosisDate?: string;

  @Column(DataType.DATEONLY)
  declare resolvedDate?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isFamilyHistory: boolean;

  @Column(DataType.STRING(50))
  declare familyRelation?: string;

  @Column(DataType.TEXT)
  declare notes?: string;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare student?: any;
}
