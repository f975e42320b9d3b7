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

export enum PhiDisclosureAuditAction {
  CREATED = 'CREATED',
  UPDATED = 'UPDATED',
  VIEWED = 'VIEWED',
  DELETED = 'DELETED',
}

export interface PhiDisclosureAuditAttributes {
  id?: string;
  disclosureId: string;
  action: string;
  changes?: Record<string, any>;
  performedBy?: string;
  ipAddress?: string;
}

@Table({
  tableName: 'phi_disclosure_audits',
  timestamps: true,
  underscored: false,
  comment: 'Audit trail of disclosures.',
  indexes: [
    { fields: ['disclosureId'] },
  ],
})
export class PhiDisclosureAudit extends Model<PhiDisclosureAuditAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./phi-disclosure.model').PhiDisclosure)
  @Column({ type: DataType.UUID, allowNull: false })
  declare disclosureId: string;

  @Column({
    type: DataType.ENUM(...(Object.values(PhiDisclosureAuditAction) as string[])),
    allowNull: false,
  })
  declare action: PhiDisclosureAuditAction;

  @Column(DataType.JSONB)
  declare changes?: Record<string, any>;

  @Column(DataType.UUID)
  declare performedBy?: string;

  @Column(DataType.STRING(45))
  declare ipAddress?: string;

  @BelongsTo(() => require('./phi-disclosure.model').PhiDisclosure, {
    foreignKey: 'disclosureId',
    as: 'disclosure',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare disclosure?: any;
}
