import { Injectable } from '@nestjs/common';
import { InjectConnection, InjectModel } from '@nestjs/sequelize';
import { Sequelize, Transaction } from 'sequelize';
import { EmergencyContact } from '../../models/emergency-contact.model';

@Injectable()
export class EmergencyContactService {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    @InjectModel(EmergencyContact) private readonly emergencyContactModel: typeof EmergencyContact,
  ) {}

  // Planted: serializable here, read committed in the unit of work, and no text says which work takes which.
  async makePrimary(studentId: string, contactId: string): Promise<void> {
    await this.sequelize.transaction(
      { isolationLevel: Transaction.ISOLATION_LEVELS.SERIALIZABLE },
      async (transaction) => {
        await this.emergencyContactModel.update({ isPrimary: false }, { where: { studentId }, transaction });
        await this.emergencyContactModel.update({ isPrimary: true }, { where: { id: contactId }, transaction });
      },
    );
  }

  async remove(contactId: string): Promise<void> {
    await this.sequelize.transaction(
      { isolationLevel: Transaction.ISOLATION_LEVELS.SERIALIZABLE },
      async (transaction) => {
        const contact = await this.emergencyContactModel.findByPk(contactId, { transaction });
        await contact?.destroy({ transaction });
      },
    );
  }
}
