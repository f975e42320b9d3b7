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

export enum ClinicalNoteNoteType {
  SOAP = 'SOAP',
  PROGRESS = 'PROGRESS',
  DISCHARGE = 'DISCHARGE',
  PHONE = 'PHONE',
  GENERAL = 'GENERAL',
}

export interface ClinicalNoteAttributes {
  id?: string;
  studentId: string;
  visitId?: string;
  authorId: string;
  amendsNoteId?: string;
  noteType: string;
  subjective?: string;
  objective?: string;
  assessment?: string;
  plan?: string;
  isSigned: boolean;
  signedAt?: Date;
  isConfidential: boolean;
}

@Table({
  tableName: 'clinical_notes',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Notes of clinicians on a visit (PHI).',
  indexes: [
    { fields: ['authorId'] },
    { fields: ['studentId'] },
    { fields: ['visitId'] },
  ],
})
export class ClinicalNote extends Model<ClinicalNoteAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @ForeignKey(() => require('./clinic-visit.model').ClinicVisit)
  @Column({ type: DataType.UUID, allowNull: true })
  declare visitId?: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: false })
  declare authorId: string;

  @ForeignKey(() => require('./clinical-note.model').ClinicalNote)
  @Column({ type: DataType.UUID, allowNull: true })
  declare amendsNoteId?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ClinicalNoteNoteType) as string[])),
    allowNull: false,
    defaultValue: ClinicalNoteNoteType.GENERAL,
  })
  declare noteType: ClinicalNoteNoteType;

  @Column(DataType.TEXT)
  declare subjective?: string;

  @Column(DataType.TEXT)
  declare objective?: string;

  @Column(DataType.TEXT)
  declare assessment?: string;

  @Column(DataType.TEXT)
  declare plan?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isSigned: boolean;

  @Column(DataType.DATE)
  declare signedAt?: Date;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isConfidential: boolean;

  @BelongsTo(() => require('./clinical-note.model').ClinicalNote, {
    foreignKey: 'amendsNoteId',
    as: 'amendsNote',
  })
  declare amendsNote?: any;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'authorId',
    as: 'author',
    onDelete: 'SET NULL',
    onUpdate: 'CASCADE',
  })
  declare author?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare student?: any;

  @BelongsTo(() => require('./clinic-visit.model').ClinicVisit, {
    foreignKey: 'visitId',
    as: 'visit',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare visit?: any;
}
