import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { Op } from 'sequelize';
import { EmergencyContact } from '../../../models/emergency-contact.model';
import { IncidentReport } from '../../../models/incident-report.model';

@Injectable()
export class IncidentNotificationService {
  constructor(@InjectModel(EmergencyContact) private readonly emergencyContactModel: typeof EmergencyContact) {}

  private async contactsOf(report: IncidentReport): Promise<EmergencyContact[]> {
    return this.emergencyContactModel.findAll({
      where: { studentId: report.studentId, isActive: true },
      order: [['priority', 'ASC']],
    });
  }

  // Planted: the contacts of each report are loaded by a query of their own.
  async notifyAll(reports: IncidentReport[]): Promise<number> {
    let sent = 0;
    for (const report of reports) {
      const contacts = await this.contactsOf(report);
      sent += contacts.length;
    }
    return sent;
  }

  /** The same for many reports with one query. */
  async contactsByStudent(studentIds: string[]): Promise<Map<string, EmergencyContact[]>> {
    const contacts = await this.emergencyContactModel.findAll({
      where: { studentId: { [Op.in]: studentIds }, isActive: true },
      order: [['studentId', 'ASC'], ['priority', 'ASC']],
    });
    return contacts.reduce((found, contact) => {
      found.set(contact.studentId, [...(found.get(contact.studentId) ?? []), contact]);
      return found;
    }, new Map<string, EmergencyContact[]>());
  }
}
