import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { IncidentReport } from '../../../models/incident-report.model';

@Injectable()
export class IncidentCoreService {
  constructor(@InjectModel(IncidentReport) private readonly incidentReportModel: typeof IncidentReport) {}

  async list(page: number, limit: number) {
    const { rows: reports, count: total } = await this.incidentReportModel.findAndCountAll({
      offset: (page - 1) * limit,
      limit,
      order: [['occurredAt', 'DESC']],
      include: [
        { association: 'student', attributes: ['id', 'studentNumber', 'firstName', 'lastName', 'grade'], required: false },
        { association: 'reporter', attributes: ['id', 'firstName', 'lastName', 'email', 'role'], required: false },
      ],
      distinct: true,
    });
    return { reports, total, pages: Math.ceil(total / limit) };
  }
}
