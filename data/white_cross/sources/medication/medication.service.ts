import { Injectable } from '@nestjs/common';
import { InjectConnection, InjectModel } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { Medication } from '../../models/medication.model';
import { StudentMedication } from '../../models/student-medication.model';

@Injectable()
export class MedicationService {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    @InjectModel(Medication) private readonly medicationModel: typeof Medication,
    @InjectModel(StudentMedication) private readonly studentMedicationModel: typeof StudentMedication,
  ) {}

  // Planted: each line of an import asks for its medication.
  async importPrescriptions(lines: Array<{ ndc: string; studentId: string }>): Promise<number> {
    let created = 0;
    for (const line of lines) {
      const medication = await this.medicationModel.findOne({ where: { ndc: line.ndc } });
      if (medication) {
        await this.studentMedicationModel.create({ studentId: line.studentId, medicationId: medication.id });
        created += 1;
      }
    }
    return created;
  }

  // Planted: what a nurse types into the search box becomes part of the statement.
  async search(term: string) {
    return this.sequelize.query(`SELECT "id", "name" FROM "medications" WHERE "name" ILIKE '%${term}%'`);
  }
}
