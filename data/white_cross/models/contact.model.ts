import {
  Column,
  DataType,
  Default,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum ContactType {
  GUARDIAN = 'GUARDIAN',
  STAFF = 'STAFF',
  VENDOR = 'VENDOR',
  PROVIDER = 'PROVIDER',
  OTHER = 'OTHER',
}

export interface ContactAttributes {
  id?: string;
  firstName: string;
  lastName: string;
  email?: string;
  phone?: string;
  type: string;
  organization?: string;
  title?: string;
  address?: string;
  relationTo?: string;
  relationshipType?: string;
  isActive: boolean;
  notes?: string;
  createdBy?: string;
  updatedBy?: string;
}

@Table({
  tableName: 'contacts',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Address book of external people and organisations.',
})
export class Contact extends Model<ContactAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare firstName: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare lastName: string;

  @Column(DataType.STRING)
  declare email?: string;

  @Column(DataType.STRING(20))
  declare phone?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ContactType) as string[])),
    allowNull: false,
  })
  declare type: ContactType;

  @Column(DataType.STRING(200))
  declare organization?: string;

  @Column(DataType.STRING(100))
  declare title?: string;

  @Column(DataType.TEXT)
  declare address?: string;

  @Column(DataType.UUID)
  declare relationTo?: string;

  @Column(DataType.STRING(50))
  declare relationshipType?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @Column(DataType.TEXT)
  declare notes?: string;

  @Column(DataType.UUID)
  declare createdBy?: string;

  @Column(DataType.UUID)
  declare updatedBy?: string;
}
