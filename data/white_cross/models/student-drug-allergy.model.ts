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

export enum StudentDrugAllergySeverity {
  MILD = 'MILD',
  MODERATE = 'MODERATE',
  SEVERE = 'SEVERE',
  ANAPHYLAXIS = 'ANAPHYLAXIS',
}

export interface StudentDrugAllergyAttributes {
  id?: string;
  studentId: string;
  drugId: string;
  allergyType: string;
  reaction?: string;
  severity: string;
  diagnosedDate?: string;
  isActive: boolean;
}

@Table({
  tableName: 'student_drug_allergies',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Drug allergies of a student (PHI).',
  indexes: [
    { fields: ['drugId'] },
    { fields: ['studentId'] },
  ],
})
export class StudentDrugAllergy extends Model<StudentDrugAllergyAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @ForeignKey(() => require('./drug-catalog.model').DrugCatalog)
  @Column({ type: DataType.UUID, allowNull: false })
  declare drugId: string;

  @Column({ type: DataType.STRING(50), allowNull: false })
  declare allergyType: string;

  @Column(DataType.TEXT)
  declare reaction?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(StudentDrugAllergySeverity) as string[])),
    allowNull: false,
  })
  declare severity: StudentDrugAllergySeverity;

  @Column(DataType.DATEONLY)
  declare diagnosedDate?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @BelongsTo(() => require('./drug-catalog.model').DrugCatalog, {
    foreignKey: 'drugId',
    as: 'drug',
    onDelete: 'RESTRICT',
    onUpdate: 'CASCADE',
  })
  declare drug?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare student?: any;
}
