import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { Student } from '../../models/student.model';
import { User } from '../../models/user.model';

@Injectable()
export class NurseRosterService {
  constructor(
    @InjectModel(Student) private readonly studentModel: typeof Student,
    @InjectModel(User) private readonly userModel: typeof User,
  ) {}

  // Planted: one look-up of the nurse per student, the N + 1 that pg_stat_statements shows as well.
  async roster(): Promise<Array<{ student: string; nurse: string | null }>> {
    const students = await this.studentModel.findAll({ order: [['lastName', 'ASC']], limit: 600 });
    return Promise.all(
      students.map(async (student) => {
        const nurse = student.nurseId ? await this.userModel.findByPk(student.nurseId) : null;
        return { student: student.studentNumber, nurse: nurse?.email ?? null };
      }),
    );
  }
}
