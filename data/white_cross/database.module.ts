import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { SequelizeModule } from '@nestjs/sequelize';

// Core
import { User } from './models/user.model';
import { Student } from './models/student.model';

// Health Records
import { HealthRecord } from './models/health-record.model';
import { Allergy } from './models/allergy.model';
import { ChronicCondition } from './models/chronic-condition.model';
import { HealthScreening } from './models/health-screening.model';
import { VitalSigns } from './models/vital-signs.model';
import { LabResults } from './models/lab-results.model';
import { TreatmentPlan } from './models/treatment-plan.model';

// Medication
import { Medication } from './models/medication.model';
import { StudentMedication } from './models/student-medication.model';

// Appointments
import { Appointment } from './models/appointment.model';
import { AppointmentReminder } from './models/appointment-reminder.model';
import { AppointmentWaitlist } from './models/appointment-waitlist.model';

// Incidents
import { IncidentReport } from './models/incident-report.model';

// Communication
import { Conversation } from './models/conversation.model';
import { ConversationParticipant } from './models/conversation-participant.model';
import { EmergencyBroadcast } from './models/emergency-broadcast.model';
import { Message } from './models/message.model';
import { MessageDelivery } from './models/message-delivery.model';
import { MessageReaction } from './models/message-reaction.model';
import { MessageTemplate } from './models/message-template.model';

// Audit & Security
import { AuditLog } from './models/audit-log.model';
import { ThreatDetection } from './models/threat-detection.model';

// Inventory
import { InventoryItem } from './models/inventory-item.model';
import { InventoryTransaction } from './models/inventory-transaction.model';
import { MaintenanceLog } from './models/maintenance-log.model';
import { PurchaseOrder } from './models/purchase-order.model';
import { PurchaseOrderItem } from './models/purchase-order-item.model';
import { Supplier } from './models/supplier.model';
import { Vendor } from './models/vendor.model';

// Analytics
import { AnalyticsReport } from './models/analytics-report.model';
import { HealthMetricSnapshot } from './models/health-metric-snapshot.model';

// System
import { CacheEntry } from './models/cache-entry.model';
import { SystemConfig } from './models/system-config.model';
import { Webhook } from './models/webhook.model';

// Alerts
import { Alert } from './models/alert.model';
import { AlertPreferences } from './models/alert-preferences.model';
import { DeliveryLog } from './models/delivery-log.model';

@Module({
  imports: [
    SequelizeModule.forRootAsync({
      imports: [ConfigModule],
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        dialect: 'postgres',
        uri: config.get<string>('DATABASE_URL'),
        autoLoadModels: true,
        synchronize: false,
        logging: false,
      }),
    }),
    SequelizeModule.forFeature([
      // Core
      User,
      Student,
      // Health Records
      HealthRecord,
      Allergy,
      ChronicCondition,
      HealthScreening,
      VitalSigns,
      LabResults,
      TreatmentPlan,
      // Medication
      Medication,
      StudentMedication,
      // Appointments
      Appointment,
      AppointmentReminder,
      AppointmentWaitlist,
      // Incidents
      IncidentReport,
      // Communication
      Conversation,
      ConversationParticipant,
      EmergencyBroadcast,
      Message,
      MessageDelivery,
      MessageReaction,
      MessageTemplate,
      // Audit & Security
      AuditLog,
      ThreatDetection,
      // Inventory
      InventoryItem,
      InventoryTransaction,
      MaintenanceLog,
      PurchaseOrder,
      PurchaseOrderItem,
      Supplier,
      Vendor,
      // Analytics
      AnalyticsReport,
      HealthMetricSnapshot,
      // System
      CacheEntry,
      SystemConfig,
      Webhook,
      // Alerts
      Alert,
      AlertPreferences,
      DeliveryLog,
    ]),
  ],
  exports: [SequelizeModule],
})
export class DatabaseModule {}
