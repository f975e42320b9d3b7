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

export enum DrugInteractionSeverity {
  MINOR = 'MINOR',
  MODERATE = 'MODERATE',
  MAJOR = 'MAJOR',
  SEVERE = 'SEVERE',
  CONTRAINDICATED = 'CONTRAINDICATED',
}

export interface DrugInteractionAttributes {
  id?: string;
  drug1Id: string;
  drug2Id: string;
  severity: string;
  description: string;
  clinicalEffects?: string;
  evidenceLevel?: string;
}

@Table({
  tableName: 'drug_interactions',
  timestamps: true,
  underscored: false,
  comment: 'Pairs of drugs that must not be combined carelessly.',
  indexes: [
    { fields: ['drug1Id'] },
    { fields: ['drug2Id'] },
  ],
})
export class DrugInteraction extends Model<DrugInteractionAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./drug-catalog.model').DrugCatalog)
  @Column({ type: DataType.UUID, allowNull: false })
  declare drug1Id: string;

  @ForeignKey(() => require('./drug-catalog.model').DrugCatalog)
  @Column({ type: DataType.UUID, allowNull: false })
  declare drug2Id: string;

  @Column({
    type: DataType.ENUM(...(Object.values(DrugInteractionSeverity) as string[])),
    allowNull: false,
  })
  declare severity: DrugInteractionSeverity;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare description: string;

  @Column(DataType.TEXT)
  declare clinicalEffects?: string;

  @Column(DataType.STRING(50))
  declare evidenceLevel?: string;

  @BelongsTo(() => require('./drug-catalog.model').DrugCatalog, {
    foreignKey: 'drug1Id',
    as: 'firstDrug',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare firstDrug?: any;

  @BelongsTo(() => require('./drug-catalog.model').DrugCatalog, {
    foreignKey: 'drug2Id',
    as: 'secondDrug',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare secondDrug?: any;
}
