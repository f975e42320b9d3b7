import { Controller, Get, Param, Query } from '@nestjs/common';
import { AppointmentService } from './appointment.service';

@Controller('appointments')
export class AppointmentController {
  constructor(private readonly appointments: AppointmentService) {}

  @Get('availability/:nurseId')
  async availability(@Param('nurseId') nurseId: string, @Query('from') from: string, @Query('to') to: string) {
    return this.appointments.availability(nurseId, new Date(from), new Date(to));
  }
}
