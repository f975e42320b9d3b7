import {
  Column,
  DataType,
  Default,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export interface DrugCatalogAttributes {
  id?: string;
  rxnormId?: string;
  rxnormCode?: string;
  genericName: string;
  brandNames?: string[];
  drugClass?: string;
  administrationRoutes?: string[];
  fdaApproved: boolean;
  isActive: boolean;
}

@Table({
  tableName: 'drug_catalog',
  timestamps: true,
  underscored: false,
  comment: 'Reference catalog of drugs by RxNorm code.',
})
export class DrugCatalog extends Model<DrugCatalogAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(50), allowNull: true })
  declare rxnormId?: string;

  @Column({ type: DataType.STRING(50), unique: true })
  declare rxnormCode?: string;

  @Column({ type: DataType.STRING, allowNull: false })
  declare genericName: string;

  @Column(DataType.ARRAY(DataType.TEXT))
  declare brandNames?: string[];

  @Column(DataType.STRING(100))
  declare drugClass?: string;

  @Column(DataType.ARRAY(DataType.TEXT))
  declare administrationRoutes?: string[];

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare fdaApproved: boolean;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;
}
