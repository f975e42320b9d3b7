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

export enum ThreatDetectionThreatType {
  BRUTE_FORCE = 'BRUTE_FORCE',
  SQL_INJECTION = 'SQL_INJECTION',
  XSS = 'XSS',
  DATA_EXFILTRATION = 'DATA_EXFILTRATION',
  UNUSUAL_ACCESS = 'UNUSUAL_ACCESS',
  PRIVILEGE_ESCALATION = 'PRIVILEGE_ESCALATION',
}

export enum ThreatDetectionSeverity {
  LOW = 'LOW',
  MEDIUM = 'MEDIUM',
  HIGH = 'HIGH',
  CRITICAL = 'CRITICAL',
}

export enum ThreatDetectionStatus {
  DETECTED = 'DETECTED',
  ANALYZING = 'ANALYZING',
  CONFIRMED = 'CONFIRMED',
  MITIGATED = 'MITIGATED',
  FALSE_POSITIVE = 'FALSE_POSITIVE',
}

export interface ThreatDetectionAttributes {
  id?: string;
  threatType: string;
  severity: string;
  status: string;
  source: string;
  userId?: string;
  detectedAt: Date;
  resolvedAt?: Date;
  confidence: number;
  evidence?: Record<string, any>;
}

@Table({
  tableName: 'threat_detections',
  timestamps: true,
  underscored: false,
  comment: 'Suspicious events found by the security monitor.',
  indexes: [
    { fields: ['userId'] },
  ],
})
export class ThreatDetection extends Model<ThreatDetectionAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ThreatDetectionThreatType) as string[])),
    allowNull: false,
  })
  declare threatType: ThreatDetectionThreatType;

  @Column({
    type: DataType.ENUM(...(Object.values(ThreatDetectionSeverity) as string[])),
    allowNull: false,
  })
  declare severity: ThreatDetectionSeverity;

  @Column({
    type: DataType.ENUM(...(Object.values(ThreatDetectionStatus) as string[])),
    allowNull: false,
    defaultValue: ThreatDetectionStatus.DETECTED,
  })
  declare status: ThreatDetectionStatus;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare source: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare userId?: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare detectedAt: Date;

  @Column(DataType.DATE)
  declare resolvedAt?: Date;

  @Column({ type: DataType.DECIMAL(5, 2), allowNull: false })
  declare confidence: number;

  @Column(DataType.JSONB)
  declare evidence?: Record<string, any>;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'userId', as: 'user' })
  declare user?: any;
}
