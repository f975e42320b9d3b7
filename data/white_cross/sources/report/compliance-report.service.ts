import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';

const TABLE = '"audit_logs"';

@Injectable()
export class ComplianceReportService {
  constructor(@InjectConnection() private readonly sequelize: Sequelize) {}

  // Planted: the filter comes from the request and is appended to the text.
  async accessReport(entityType?: string, action?: string) {
    let sql = `SELECT "userId", count(*) FROM ${TABLE} WHERE true`;
    if (entityType) {
      sql += ` AND "entityType" = '${entityType}'`;
    }
    if (action) {
      sql += ` AND "action" = '${action}'`;
    }
    return this.sequelize.query(`${sql} GROUP BY "userId"`, { type: QueryTypes.SELECT });
  }

  /** The order is one of two fixed words, the limit a number. */
  async latest(descending: boolean, limit: string) {
    const order = descending ? 'DESC' : 'ASC';
    return this.sequelize.query(
      `SELECT "id", "action" FROM ${TABLE} ORDER BY "createdAt" ${order} LIMIT ${Number(limit)}`,
      { type: QueryTypes.SELECT },
    );
  }
}
