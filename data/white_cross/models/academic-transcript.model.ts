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

export interface AcademicTranscriptAttributes {
  id?: string;
  studentId: string;
  academicYear: string;
  semester: string;
  grade: string;
  gpa: number;
  subjects: Record<string, any>;
  daysPresent: number;
  daysAbsent: number;
  importedBy?: string;
  importedAt: Date;
}

@Table({
  tableName: 'academic_transcripts',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Academic results imported from the student information system.',
  indexes: [
    { fields: ['studentId'] },
  ],
})
export class AcademicTranscript extends Model<AcademicTranscriptAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @Column({ type: DataType.STRING(9), allowNull: false })
  declare academicYear: string;

  @Column({ type: DataType.STRING(20), allowNull: false })
  declare semester: string;

  @Column({ type: DataType.STRING(10), allowNull: false })
  declare grade: string;

  @Column({ type: DataType.DECIMAL(4, 2), allowNull: false })
  declare gpa: number;

  @Column({ type: DataType.JSONB, allowNull: false, defaultValue: [] })
  declare subjects: Record<string, any>;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 0 })
  declare daysPresent: number;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 0 })
  declare daysAbsent: number;

  @Column(DataType.UUID)
  declare importedBy?: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare importedAt: Date;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare student?: any;
}
