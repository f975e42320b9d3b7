import {
  BelongsTo,
  Column,
  DataType,
  Default,
  ForeignKey,
  HasMany,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export interface SchoolAttributes {
  id?: string;
  name: string;
  code: string;
  districtId: string;
  address?: string;
  city?: string;
  state?: string;
  zipCode?: string;
  phone?: string;
  email?: string;
  principal?: string;
  totalEnrollment?: number;
  isActive: boolean;
}

@Table({
  tableName: 'schools',
  timestamps: true,
  underscored: false,
  comment: 'Schools of a district.',
  indexes: [
    { fields: ['districtId'] },
  ],
})
export class School extends Model<SchoolAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare name: string;

  @Column({ type: DataType.STRING(50), allowNull: false, unique: true })
  declare code: string;

  @ForeignKey(() => require('./district.model').District)
  @Column({ type: DataType.UUID, allowNull: false })
  declare districtId: string;

  @Column(DataType.TEXT)
  declare address?: string;

  @Column(DataType.STRING(100))
  declare city?: string;

  @Column(DataType.STRING(2))
  declare state?: string;

  @Column(DataType.STRING(10))
  declare zipCode?: string;

  @Column(DataType.STRING(20))
  declare phone?: string;

  @Column(DataType.STRING)
  declare email?: string;

  @Column(DataType.STRING(200))
  declare principal?: string;

  @Column(DataType.INTEGER)
  declare totalEnrollment?: number;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @BelongsTo(() => require('./district.model').District, {
    foreignKey: 'districtId',
    as: 'district',
  })
  declare district?: any;

  @HasMany(() => require('./student.model').Student, { foreignKey: 'schoolId', as: 'students' })
  declare students?: any[];
}
