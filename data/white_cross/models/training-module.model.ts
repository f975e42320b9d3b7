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

export enum TrainingModuleCategory {
  HIPAA_COMPLIANCE = 'HIPAA_COMPLIANCE',
  MEDICATION_MANAGEMENT = 'MEDICATION_MANAGEMENT',
  EMERGENCY_PROCEDURES = 'EMERGENCY_PROCEDURES',
  SYSTEM_TRAINING = 'SYSTEM_TRAINING',
  SAFETY_PROTOCOLS = 'SAFETY_PROTOCOLS',
}

export interface TrainingModuleAttributes {
  id?: string;
  title: string;
  description?: string;
  content: string;
  duration?: number;
  category: string;
  isRequired: boolean;
  order: number;
  version: string;
  passingScore?: number;
  createdById?: string;
}

@Table({
  tableName: 'training_modules',
  timestamps: true,
  comment: 'Training that staff must complete.',
  indexes: [
    { fields: ['createdById'] },
  ],
})
export class TrainingModule extends Model<TrainingModuleAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(200), allowNull: false, unique: true })
  declare title: string;

  @Column(DataType.TEXT)
  declare description?: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare content: string;

  @Column(DataType.INTEGER)
  declare duration?: number;

  @Column({
    type: DataType.ENUM(...(Object.values(TrainingModuleCategory) as string[])),
    allowNull: false,
  })
  declare category: TrainingModuleCategory;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isRequired: boolean;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 0 })
  declare order: number;

  @Column({ type: DataType.STRING(20), allowNull: false, defaultValue: '1.0.0' })
  declare version: string;

  @Column(DataType.INTEGER)
  declare passingScore?: number;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare createdById?: string;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'createdById', as: 'createdBy' })
  declare createdBy?: any;
}
