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

export interface PolicyAcknowledgmentAttributes {
  id?: string;
  policyId: string;
  userId: string;
  acknowledgedAt: Date;
  ipAddress?: string;
}

@Table({
  tableName: 'policy_acknowledgments',
  timestamps: true,
  underscored: false,
  comment: 'Who has acknowledged which policy.',
  indexes: [
    { fields: ['policyId'] },
    { fields: ['userId'] },
  ],
})
export class PolicyAcknowledgment extends Model<PolicyAcknowledgmentAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./policy-document.model').PolicyDocument)
  @Column({
    type: DataType.UUID,
    allowNull: false,
    unique: 'policy_acknowledgments_policyId_userId',
  })
  declare policyId: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({
    type: DataType.UUID,
    allowNull: false,
    unique: 'policy_acknowledgments_policyId_userId',
  })
  declare userId: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare acknowledgedAt: Date;

  @Column(DataType.STRING(45))
  declare ipAddress?: string;

  @BelongsTo(() => require('./policy-document.model').PolicyDocument, {
    foreignKey: 'policyId',
    as: 'policy',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare policy?: any;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'userId',
    as: 'user',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare user?: any;
}
