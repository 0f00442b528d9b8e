// The application `public_key`, as the application controller is told of it: a library, without processes.

/** OTP: `public_key.app` */
export const public_key_app = {
  application: 'public_key',
  description: 'Keys and certificates, and the validation of their paths',
  vsn: '0.1.0',
  applications: ['kernel', 'stdlib', 'crypto'],
} as const
