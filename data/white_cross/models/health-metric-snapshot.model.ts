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

export interface HealthMetricSnapshotAttributes {
  id?: string;
  snapshotDate: string;
  schoolId: string;
  visitsCount: number;
  visitsMean?: number;
  visitsMedian?: number;
  visitsP95?: number;
  visitsTrend?: number;
  visitsTarget?: number;
  injuriesCount: number;
  injuriesMean?: number;
  injuriesMedian?: number;
  injuriesP95?: number;
  injuriesTrend?: number;
  injuriesTarget?: number;
  illnessesCount: number;
  illnessesMean?: number;
  illnessesMedian?: number;
  illnessesP95?: number;
  illnessesTrend?: number;
  illnessesTarget?: number;
  medicationDosesCount: number;
  medicationDosesMean?: number;
  medicationDosesMedian?: number;
  medicationDosesP95?: number;
  medicationDosesTrend?: number;
  medicationDosesTarget?: number;
  missedDosesCount: number;
  missedDosesMean?: number;
  missedDosesMedian?: number;
  missedDosesP95?: number;
  missedDosesTrend?: number;
  missedDosesTarget?: number;
  allergyAlertsCount: number;
  allergyAlertsMean?: number;
  allergyAlertsMedian?: number;
  allergyAlertsP95?: number;
  allergyAlertsTrend?: number;
  allergyAlertsTarget?: number;
  screeningsCount: number;
  screeningsMean?: number;
  screeningsMedian?: number;
  screeningsP95?: number;
  screeningsTrend?: number;
  screeningsTarget?: number;
  referralsCount: number;
  referralsMean?: number;
  referralsMedian?: number;
  referralsP95?: number;
  referralsTrend?: number;
  referralsTarget?: number;
  absencesCount: number;
  absencesMean?: number;
  absencesMedian?: number;
  absencesP95?: number;
  absencesTrend?: number;
  absencesTarget?: number;
  vaccinationsDueCount: number;
  vaccinationsDueMean?: number;
  vaccinationsDueMedian?: number;
  vaccinationsDueP95?: number;
  vaccinationsDueTrend?: number;
  vaccinationsDueTarget?: number;
}

@Table({
  tableName: 'health_metric_snapshots',
  timestamps: true,
  underscored: false,
  comment: 'Daily metrics of one school, one column per metric.',
  indexes: [
    { fields: ['schoolId'] },
  ],
})
export class HealthMetricSnapshot extends Model<HealthMetricSnapshotAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.DATEONLY, allowNull: false })
  declare snapshotDate: string;

  @ForeignKey(() => require('./school.model').School)
  @Column({ type: DataType.UUID, allowNull: false })
  declare schoolId: string;

  @Column({ type: DataType.INTEGER, allowNull: false })
  declare visitsCount: number;

  @Column(DataType.DECIMAL(8, 2))
  declare visitsMean?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare visitsMedian?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare visitsP95?: number;

  @Column(DataType.DECIMAL(8, 4))
  declare visitsTrend?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare visitsTarget?: number;

  @Column({ type: DataType.INTEGER, allowNull: false })
  declare injuriesCount: number;

  @Column(DataType.DECIMAL(8, 2))
  declare injuriesMean?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare injuriesMedian?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare injuriesP95?: number;

  @Column(DataType.DECIMAL(8, 4))
  declare injuriesTrend?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare injuriesTarget?: number;

  @Column({ type: DataType.INTEGER, allowNull: false })
  declare illnessesCount: number;

  @Column(DataType.DECIMAL(8, 2))
  declare illnessesMean?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare illnessesMedian?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare illnessesP95?: number;

  @Column(DataType.DECIMAL(8, 4))
  declare illnessesTrend?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare illnessesTarget?: number;

  @Column({ type: DataType.INTEGER, allowNull: false })
  declare medicationDosesCount: number;

  @Column(DataType.DECIMAL(8, 2))
  declare medicationDosesMean?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare medicationDosesMedian?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare medicationDosesP95?: number;

  @Column(DataType.DECIMAL(8, 4))
  declare medicationDosesTrend?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare medicationDosesTarget?: number;

  @Column({ type: DataType.INTEGER, allowNull: false })
  declare missedDosesCount: number;

  @Column(DataType.DECIMAL(8, 2))
  declare missedDosesMean?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare missedDosesMedian?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare missedDosesP95?: number;

  @Column(DataType.DECIMAL(8, 4))
  declare missedDosesTrend?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare missedDosesTarget?: number;

  @Column({ type: DataType.INTEGER, allowNull: false })
  declare allergyAlertsCount: number;

  @Column(DataType.DECIMAL(8, 2))
  declare allergyAlertsMean?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare allergyAlertsMedian?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare allergyAlertsP95?: number;

  @Column(DataType.DECIMAL(8, 4))
  declare allergyAlertsTrend?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare allergyAlertsTarget?: number;

  @Column({ type: DataType.INTEGER, allowNull: false })
  declare screeningsCount: number;

  @Column(DataType.DECIMAL(8, 2))
  declare screeningsMean?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare screeningsMedian?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare screeningsP95?: number;

  @Column(DataType.DECIMAL(8, 4))
  declare screeningsTrend?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare screeningsTarget?: number;

  @Column({ type: DataType.INTEGER, allowNull: false })
  declare referralsCount: number;

  @Column(DataType.DECIMAL(8, 2))
  declare referralsMean?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare referralsMedian?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare referralsP95?: number;

  @Column(DataType.DECIMAL(8, 4))
  declare referralsTrend?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare referralsTarget?: number;

  @Column({ type: DataType.INTEGER, allowNull: false })
  declare absencesCount: number;

  @Column(DataType.DECIMAL(8, 2))
  declare absencesMean?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare absencesMedian?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare absencesP95?: number;

  @Column(DataType.DECIMAL(8, 4))
  declare absencesTrend?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare absencesTarget?: number;

  @Column({ type: DataType.INTEGER, allowNull: false })
  declare vaccinationsDueCount: number;

  @Column(DataType.DECIMAL(8, 2))
  declare vaccinationsDueMean?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare vaccinationsDueMedian?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare vaccinationsDueP95?: number;

  @Column(DataType.DECIMAL(8, 4))
  declare vaccinationsDueTrend?: number;

  @Column(DataType.DECIMAL(8, 2))
  declare vaccinationsDueTarget?: number;

  @BelongsTo(() => require('./school.model').School, {
    foreignKey: 'schoolId',
    as: 'school',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare school?: any;
}
