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
import { ComplianceStatus, RouteOfAdministration, SiteOfAdministration, VaccineType } from './enums/clinical.enum';

export interface VaccinationAttributes {
  id?: string;
  studentId: string;
  healthRecordId?: string;
  vaccineName: string;
  vaccineType?: string;
  manufacturer?: string;
  lotNumber?: string;
  doseNumber?: number;
  administrationDate: Date;
  administeredBy: string;
  siteOfAdministration?: string;
  routeOfAdministration?: string;
  complianceStatus: string;
  expirationDate?: string;
  nextDueDate?: string;
  notes?: string;
}

@Table({
  tableName: 'vaccinations',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Vaccinations given (PHI).',
  indexes: [
    { fields: ['healthRecordId'] },
    { name: 'vaccinations_lot_number', fields: ['lotNumber', 'manufacturer', 'vaccineName'] },
    { fields: ['studentId'] },
  ],
})
export class Vaccination extends Model<VaccinationAttributes> {
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

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare vaccineName: string;

  @Column(DataType.ENUM(...(Object.values(VaccineType) as string[])))
  declare vaccineType?: VaccineType;

  @Column(DataType.STRING(100))
  declare manufacturer?: string;

  @Column(DataType.STRING(50))
  declare lotNumber?: string;

  @Column(DataType.INTEGER)
  declare doseNumber?: number;

  @Column({ type: DataType.DATE, allowNull: false })
  declare administrationDate: Date;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare administeredBy: string;

  @Column(DataType.ENUM(...(Object.values(SiteOfAdministration) as string[])))
  declare siteOfAdministration?: SiteOfAdministration;

  @Column(DataType.ENUM(...(Object.values(RouteOfAdministration) as string[])))
  declare routeOfAdministration?: RouteOfAdministration;

  @Column({
    type: DataType.ENUM(...(Object.values(ComplianceStatus) as string[])),
    allowNull: false,
    defaultValue: ComplianceStatus.COMPLIANT,
  })
  declare complianceStatus: ComplianceStatus;

  @Column(DataType.DATEONLY)
  declare expirationDate?: string;

  @Column(DataType.DATEONLY)
  declare nextDueDate?: string;

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
