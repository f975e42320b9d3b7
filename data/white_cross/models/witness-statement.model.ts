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

export enum WitnessStatementWitnessType {
  STUDENT = 'STUDENT',
  STAFF = 'STAFF',
  PARENT = 'PARENT',
  OTHER = 'OTHER',
}

@Table({
  tableName: 'witness_statements',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Statements of people who saw an incident.',
  indexes: [
    { fields: ['incidentReportId'] },
  ],
})
export class WitnessStatement extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./incident-report.model').IncidentReport)
  @Column({
    type: DataType.UUID,
    allowNull: false,
  })
  incidentReportId: string;

  @Column({
    type: DataType.STRING(200),
    allowNull: false,
  })
  witnessName: string;

  @Column({
    type: DataType.ENUM(...(Object.values(WitnessStatementWitnessType) as string[])),
    allowNull: false,
  })
  witnessType: WitnessStatementWitnessType;

  @Column(DataType.STRING(200))
  witnessContact?: string;

  @Column({
    type: DataType.TEXT,
    allowNull: false,
  })
  statement: string;

  @Column({
    type: DataType.BOOLEAN,
    allowNull: false,
    defaultValue: false,
  })
  verified: boolean;

  @Column(DataType.UUID)
  verifiedBy?: string;

  @Column(DataType.DATE)
  verifiedAt?: Date;

  @BelongsTo(() => require('./incident-report.model').IncidentReport, {
    foreignKey: 'incidentReportId',
    as: 'incidentReport',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  incidentReport?: any;
}
