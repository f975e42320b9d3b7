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

export enum LicenseType {
  TRIAL = 'TRIAL',
  BASIC = 'BASIC',
  PROFESSIONAL = 'PROFESSIONAL',
  ENTERPRISE = 'ENTERPRISE',
}

export enum LicenseStatus {
  ACTIVE = 'ACTIVE',
  EXPIRED = 'EXPIRED',
  SUSPENDED = 'SUSPENDED',
  CANCELLED = 'CANCELLED',
}

export interface LicenseAttributes {
  id?: string;
  licenseKey: string;
  type: string;
  status: string;
  maxUsers?: number;
  maxSchools?: number;
  features: string[];
  issuedTo: string;
  districtId?: string;
  activatedAt?: Date;
  expiresAt?: Date;
}

@Table({
  tableName: 'licenses',
  timestamps: true,
  underscored: false,
  comment: 'Licences of districts.',
  indexes: [
    { fields: ['districtId'] },
  ],
})
export class License extends Model<LicenseAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(100), allowNull: false, unique: true })
  declare licenseKey: string;

  @Column({
    type: DataType.ENUM(...(Object.values(LicenseType) as string[])),
    allowNull: false,
  })
  declare type: LicenseType;

  @Column({
    type: DataType.ENUM(...(Object.values(LicenseStatus) as string[])),
    allowNull: false,
    defaultValue: LicenseStatus.ACTIVE,
  })
  declare status: LicenseStatus;

  @Column(DataType.INTEGER)
  declare maxUsers?: number;

  @Column(DataType.INTEGER)
  declare maxSchools?: number;

  @Column({ type: DataType.ARRAY(DataType.TEXT), allowNull: false, defaultValue: [] })
  declare features: string[];

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare issuedTo: string;

  @ForeignKey(() => require('./district.model').District)
  @Column({ type: DataType.UUID, allowNull: true })
  declare districtId?: string;

  @Column(DataType.DATE)
  declare activatedAt?: Date;

  @Column(DataType.DATE)
  declare expiresAt?: Date;

  @BelongsTo(() => require('./district.model').District, {
    foreignKey: 'districtId',
    as: 'district',
  })
  declare district?: any;
}
