import { Injectable } from '@nestjs/common';
import { InjectConnection, InjectModel } from '@nestjs/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import { HealthRecord } from '../../../models/health-record.model';

@Injectable()
export class HealthRecordRepository {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    @InjectModel(HealthRecord) private readonly model: typeof HealthRecord,
  ) {}

  async findByStudent(studentId: string): Promise<HealthRecord[]> {
    return this.model.findAll({ where: { studentId }, order: [['recordDate', 'DESC']] });
  }

  /** Values travel as replacements, never in the text. */
  async countByType(schoolId: string): Promise<Array<{ recordType: string; count: number }>> {
    return this.sequelize.query(
      `SELECT h."recordType", count(*)::int AS count FROM "health_records" h
       JOIN "students" s ON s."id" = h."studentId" WHERE s."schoolId" = :schoolId GROUP BY 1`,
      { replacements: { schoolId }, type: QueryTypes.SELECT },
    );
  }

  /** A file is written page by page. */
  async *everything(pageSize = 500): AsyncGenerator<HealthRecord[]> {
    for (let offset = 0; ; offset += pageSize) {
      const page = await this.model.findAll({ order: [['id', 'ASC']], limit: pageSize, offset });
      if (page.length === 0) {
        return;
      }
      yield page;
    }
  }
}
