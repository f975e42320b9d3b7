import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { Op } from 'sequelize';
import { Student } from '../../models/student.model';
import { User } from '../../models/user.model';
import { School } from '../../models/school.model';

@Injectable()
export class StudentService {
  constructor(@InjectModel(Student) private readonly studentModel: typeof Student) {}

  /** One query with joins where there used to be 1 + 2 per student. */
  async findAll(page: number, limit: number, search?: string) {
    const where = search ? { lastName: { [Op.iLike]: `%${search}%` } } : {};
    const { rows, count } = await this.studentModel.findAndCountAll({
      where,
      offset: (page - 1) * limit,
      limit,
      order: [['lastName', 'ASC'], ['firstName', 'ASC']],
      include: [
        { model: User, as: 'nurse', attributes: ['id', 'firstName', 'lastName'], required: false },
        { model: School, as: 'school', attributes: ['id', 'name'], required: false },
      ],
      distinct: true,
    });
    return { data: rows.map((row) => row.toJSON()), total: count };
  }

  async findOne(id: string): Promise<Student> {
    const student = await this.studentModel.findByPk(id);
    if (!student) {
      throw new NotFoundException('No such student');
    }
    return student;
  }

  async findMany(ids: string[]): Promise<Map<string, Student>> {
    const students = await this.studentModel.findAll({ where: { id: { [Op.in]: ids } } });
    return new Map(students.map((student) => [student.id, student]));
  }
}
