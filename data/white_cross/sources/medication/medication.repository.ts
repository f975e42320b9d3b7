import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { Op } from 'sequelize';
import { Medication } from '../../models/medication.model';
import { Student } from '../../models/student.model';
import { StudentMedication } from '../../models/student-medication.model';

interface MedicationQuery {
  page?: number;
  limit?: number;
  search?: string;
}

@Injectable()
export class MedicationRepository {
  constructor(
    @InjectModel(StudentMedication) private readonly studentMedicationModel: typeof StudentMedication,
  ) {}

  async find(query: MedicationQuery) {
    const limit = query.limit ?? 20;
    const matching = query.search ? { name: { [Op.iLike]: `%${query.search}%` } } : undefined;
    return this.studentMedicationModel.findAndCountAll({
      offset: ((query.page ?? 1) - 1) * limit,
      limit,
      order: [['createdAt', 'DESC']],
      include: [
        { model: Medication, as: 'medication', required: false, where: matching },
        { model: Student, as: 'student', required: false, attributes: ['id', 'studentNumber'] },
      ],
      distinct: true,
      subQuery: false,
    });
  }
}
