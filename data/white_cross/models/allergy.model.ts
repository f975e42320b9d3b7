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

export enum AllergyType {
  FOOD = 'FOOD',
  MEDICATION = 'MEDICATION',
  ENVIRONMENTAL = 'ENVIRONMENTAL',
  INSECT = 'INSECT',
  LATEX = 'LATEX',
  OTHER = 'OTHER',
}

export enum AllergySeverity {
  MILD = 'MILD',
  MODERATE = 'MODERATE',
  SEVERE = 'SEVERE',
  LIFE_THREATENING = 'LIFE_THREATENING',
}

@Table({
  tableName: 'allergies',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Allergies of a student (PHI).',
  indexes: [
    { fields: ['studentId'] },
  ],
})
export class Allergy extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({
    type: DataType.UUID,
    allowNull: false,
  })
  studentId: string;

  @Column({
    type: DataType.STRING(200),
    allowNull: false,
  })
  allergen: string;

  @Column({
    type: DataType.ENUM(...(Object.values(AllergyType) as string[])),
    allowNull: false,
  })
  allergyType: AllergyType;

  @Column({
    type: DataType.ENUM(...(Object.values(AllergySeverity) as string[])),
    allowNull: false,
  })
  severity: AllergySeverity;

  @Column(DataType.TEXT)
  symptoms?: string;

  @Column(DataType.TEXT)
  treatment?: string;

  @Column(DataType.TEXT)
  emergencyProtocol?: string;

  @Column(DataType.DATEONLY)
  onsetDate?: string;

  @Column(DataType.DATEONLY)
  diagnosedDate?: string;

  @Column(DataType.STRING(200))
  diagnosedBy?: string;

  @Column({
    type: DataType.BOOLEAN,
    allowNull: false,
    defaultValue: false,
  })
  verified: boolean;

  @Column(DataType.UUID)
  verifiedBy?: string;

  @Column(DataType.DATE)
  verificationDate?: Date;

  @Column({
    type: DataType.UUID,
    allowNull: true,
  })
  healthRecordId?: string;

  @Column({
    type: DataType.BOOLEAN,
    allowNull: false,
    defaultValue: true,
  })
  active: boolean;

  @Column(DataType.TEXT)
  notes?: string;

  @Column(DataType.UUID)
  createdBy?: string;

  @Column(DataType.UUID)
  updatedBy?: string;

  @BelongsTo(() => require('./student.model').Student)
  student?: any;
}
