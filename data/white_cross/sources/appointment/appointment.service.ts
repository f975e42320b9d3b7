import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { Op } from 'sequelize';
import { Appointment } from '../../models/appointment.model';

const STEP_MINUTES = 15;

@Injectable()
export class AppointmentService {
  constructor(@InjectModel(Appointment) private readonly appointmentModel: typeof Appointment) {}

  /** One query for the whole range; the slots are made in memory. */
  async availability(nurseId: string, from: Date, to: Date): Promise<Date[]> {
    const taken = await this.appointmentModel.findAll({
      where: { nurseId, scheduledAt: { [Op.between]: [from, to] }, status: { [Op.ne]: 'CANCELLED' } },
      attributes: ['scheduledAt', 'duration'],
    });
    const free: Date[] = [];
    for (let at = from.getTime(); at < to.getTime(); at += STEP_MINUTES * 60_000) {
      const busy = taken.find((one) => one.scheduledAt.getTime() === at);
      if (!busy) {
        free.push(new Date(at));
      }
    }
    return free;
  }
}
