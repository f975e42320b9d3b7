import {
  Column,
  DataType,
  Default,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export interface CacheEntryAttributes {
  id?: string;
  cacheKey: string;
  value: string;
  tags?: string[];
  dataSize?: number;
  expiresAt: Date;
  lastAccessed?: Date;
  accessCount: number;
}

@Table({
  tableName: 'cache_entries',
  timestamps: true,
  underscored: false,
})
export class CacheEntry extends Model<CacheEntryAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING, allowNull: false, unique: true })
  declare cacheKey: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare value: string;

  @Column(DataType.ARRAY(DataType.TEXT))
  declare tags?: string[];

  @Column(DataType.INTEGER)
  declare dataSize?: number;

  @Column({ type: DataType.DATE, allowNull: false })
  declare expiresAt: Date;

  @Column(DataType.DATE)
  declare lastAccessed?: Date;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 0 })
  declare accessCount: number;
}
