import {
  BelongsTo,
  Column,
  DataType,
  Default,
  ForeignKey,
  HasMany,
  Index,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum ClinicVisitDisposition {
  RETURN_TO_CLASS = 'RETURN_TO_CLASS',
  SENT_HOME = 'SENT_HOME',
  EMERGENCY_TRANSPORT = 'EMERGENCY_TRANSPORT',
  STAY_IN_CLINIC = 'STAY_IN_CLINIC',
  OTHER = 'OTHER',
}

export interface ClinicVisitAttributes {
  id?: string;
  studentId: string;
  attendedById?: string;
  checkInTime: Date;
  checkOutTime?: Date;
  reasonForVisit: string;
  symptoms?: string[];
  treatment?: string;
  disposition: string;
  minutesMissed?: number;
  notes?: string;
}

@Table({
  tableName: 'clinic_visits',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Visits to the school clinic (PHI).',
})
export class ClinicVisit extends Model<ClinicVisitAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Index
  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @Index
  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare attendedById?: string;

  @Index
  @Column({ type: DataType.DATE, allowNull: false })
  declare checkInTime: Date;

  @Column(DataType.DATE)
  declare checkOutTime?: Date;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare reasonForVisit: string;

  @Column(DataType.ARRAY(DataType.TEXT))
  declare symptoms?: string[];

  @Column(DataType.TEXT)
  declare treatment?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ClinicVisitDisposition) as string[])),
    allowNull: false,
  })
  declare disposition: ClinicVisitDisposition;

  @Column(DataType.INTEGER)
  declare minutesMissed?: number;

  @Column(DataType.TEXT)
  declare notes?: string;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'attendedById', as: 'attendedBy' })
  declare attendedBy?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare student?: any;

  @HasMany(() => require('./clinical-note.model').ClinicalNote, {
    foreignKey: 'visitId',
    as: 'clinicalNotes',
  })
  declare clinicalNotes?: any[];
}
