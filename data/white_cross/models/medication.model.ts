import {
  Column,
  DataType,
  Default,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum MedicationDeaSchedule {
  I = 'I',
  II = 'II',
  III = 'III',
  IV = 'IV',
  V = 'V',
}

@Table({
  tableName: 'medications',
  timestamps: true,
  underscored: false,
  comment: 'Medications known to the platform.',
})
export class Medication extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({
    type: DataType.STRING(200),
    allowNull: false,
  })
  name: string;

  @Column(DataType.STRING(200))
  genericName?: string;

  @Column(DataType.STRING(200))
  brandName?: string;

  @Column({
    type: DataType.STRING(50),
    allowNull: false,
  })
  dosageForm: string;

  @Column({
    type: DataType.STRING(50),
    allowNull: false,
  })
  strength: string;

  @Column(DataType.STRING(100))
  category?: string;

  @Column(DataType.STRING(200))
  manufacturer?: string;

  @Column({
    type: DataType.STRING(20),
    unique: true,
  })
  ndc?: string;

  @Column({
    type: DataType.BOOLEAN,
    allowNull: false,
    defaultValue: false,
  })
  isControlled: boolean;

  @Column(DataType.ENUM(...(Object.values(MedicationDeaSchedule) as string[])))
  deaSchedule?: MedicationDeaSchedule;

  @Column({
    type: DataType.BOOLEAN,
    allowNull: false,
    defaultValue: false,
  })
  requiresWitness: boolean;

  @Column({
    type: DataType.BOOLEAN,
    allowNull: false,
    defaultValue: true,
  })
  isActive: boolean;
}
