// The application `crypto`, as the application controller is told of it: a library, without processes.

/** OTP: `crypto.app` */
export const crypto_app = {
  application: 'crypto',
  description: 'Hashes, ciphers, signatures and key agreement, by the provider that is chosen',
  vsn: '0.1.0',
  applications: ['kernel', 'stdlib'],
} as const
