// What `node:tls` (OpenSSL 3) sent after ChangeCipherSpec on loopback, with the secrets it logged: for each way
// to protect a record the Finished message, then data (`ping` from the client, `pong` from the server), and
// from the server close_notify. OpenSSL was told not to encrypt before the MAC.

import type { ProtocolVersion } from '../../ssl_app/record/tls_version.ts'
import { hex } from '../support/hex.ts'

export interface RecordedConnection {
  readonly version: ProtocolVersion
  /** OpenSSL's name. */
  readonly suite: string
  readonly client_random: Uint8Array
  readonly server_random: Uint8Array
  readonly master_secret: Uint8Array
  /** All records, one after the other. */
  readonly client_records: Uint8Array
  readonly server_records: Uint8Array
}

export const recorded_connections: readonly RecordedConnection[] = [
  {
    version: 'tlsv1.2',
    suite: 'ECDHE-RSA-CHACHA20-POLY1305',
    client_random: hex('492562558f1e17f787b6131087a06dbff5454c654d12bee39b419cb1445c25e6'),
    server_random: hex('802876444915f887133acf79fec90d964209fe70f508aa5ed74d42316092a947'),
    master_secret: hex(
      '36bf515dafa894c3a9536281c80333448fea116fc9649faebff2ca072bcc74ae782b4ab517d4cb16cbbec684006d8d24',
    ),
    client_records: hex(`
      160303002078dd4b0351aba6301754cdcb0bb2ef1b5f4af465893cdb3cb9bcd81703416dd11703030014b2d791c69d68ca9c
      3463067e2b1ac6b5c1bba7f3
    `),
    server_records: hex(`
      16030300200a03bd9f13cd41938f1c406bbb3bf0c85b59ae47f44af7fad0ae5bf9a76734ac17030300145da05b6e8dd0c166
      f1ee7cbd33dd83eadf75c4eb15030300122bc7bedbab34b8e881ec54f679b36e50e5c4
    `),
  },
  {
    version: 'tlsv1.2',
    suite: 'ECDHE-RSA-AES256-GCM-SHA384',
    client_random: hex('07df231eb9b2ff2c27c6dde7b7ba4d30aab131a1627b2414d52288e101d3eb9a'),
    server_random: hex('139236d2cba701c898e38595a4f1fee0291790d7b630f224cdd48918ce1da2cc'),
    master_secret: hex(
      'cbdedf5747ae0c45871a46b8c616b2fa4182e736c8bb57524fc251ebc46b78016f0851cc577eb6a2cb340ad3354f144f',
    ),
    client_records: hex(`
      1603030028a36c981395151eeaf7ba59944fd564fb7436ecd682b3944c91f6cebe7aafba45b34ed3b17096e83e170303001c
      a36c981395151eeb9a7766c3ffc50bbbc910174fdd2435b24bf1cfef
    `),
    server_records: hex(`
      16030300289dc4cbd1aa3193e4ad567814dd08f267c0a72b52b42f111081699122a212caa43f962e8e77878a97170303001c
      9dc4cbd1aa3193e59bafa39c1c914497d29d9ef020faad5f22e01af8150303001a9dc4cbd1aa3193e65643145489cb83669d
      6ea533b4f2733b8f8d
    `),
  },
  {
    version: 'tlsv1.2',
    suite: 'ECDHE-RSA-AES256-SHA384',
    client_random: hex('336ce4e539b54458e199450a9ef6084f7775b413c43767418834bee273dd8c5d'),
    server_random: hex('419253d79f33e69544c57717c71917615e4fdf3e6a9823e58568949e7223dd9a'),
    master_secret: hex(
      '05db7ee40882156f621cbe2df9ff275dd95fed7aa1add814e475c50c50314e5d3170ee684e67310e799eabd07f308c25',
    ),
    client_records: hex(`
      1603030060bd613a1236c3fdc9465991ba31310b3302ac0178b361e4a415a3fea2abeede86a367cc478c4e333ad87786f4ff
      aca4d89fe2e1bfae880fb14520c545e7e7b7ef429fe54372fda6b05fb94065ee905577e2659092019c0246bce57683b6fe14
      401703030050206df0160276c382fccec1782120bf62f440d10487e0c105bca252d812530ca35624cafc500aaebe1d53074b
      b03da54ab4dd46bc6046e251005dcf8ddcb76dcef9927f6893cfa604b847dcb5436521c5
    `),
    server_records: hex(`
      1603030060185ac71a8ec9be4133159cd70296d38ca67af38d06e9e0121fa62de48c77ad7ac04ae49a34976c13cb8b29e875
      1c2b72990495cd177459bc21c564f5ea122ad6aa34d740d40d0b92ba0276c9e5312f17257b460b983228a827f491390b4e61
      801703030050a27a883e9cb9bd9563899e818a984bdc57204e45c9b2073f2290e18f9640f6e40431ea934f55c1155074a295
      0958cccbc6f22aafc7ee31ba31dae045e49b7b695f077741b843708e8b124ee30aa2a0c51503030050f2410dbc2037c2561f
      b0cf61b23ade83620770e1f4de324cd03b937864a38e79ada22a5482c48f71275f4d404f27afa9aac717d9330a125e57866f
      c912ed2c10f98b050040211c4c420caf4dd9a35cdc
    `),
  },
  {
    version: 'tlsv1.2',
    suite: 'ECDHE-RSA-AES128-GCM-SHA256',
    client_random: hex('323bb16a7c41d5ad6fa0ff54fb0db428eff36e71feb26491abefb5598a8efb8d'),
    server_random: hex('307cce62c55e360d7a82b9744a5b8992f25c55a3294438cfafb94de4586cb24c'),
    master_secret: hex(
      '721fb96a358abf191d389222e9d683c874025bbe0b3b9a61efe499f5e987697ef1fe989132868603329ea2ff49075299',
    ),
    client_records: hex(`
      1603030028412bd56f15efcf694300f9095f38df2fd2bceaffa887c0f4ac22df251171d851c5c841caa9eae3e7170303001c
      412bd56f15efcf6aa12094f4f77bfefc8697369cb0b48ce7f8ef955e
    `),
    server_records: hex(`
      160303002832756a0e6886660e01bebc0b57db534d6554fe4052ea2a852720f2a4fb4ffb432eb4edb3ac627905170303001c
      32756a0e6886660fefdcd9790e3b081cba33cf2dda8f93883c6e5ed0150303001a32756a0e688666109a742bbbf5ff96ab5a
      80dcf615990a832f2a
    `),
  },
  {
    version: 'tlsv1.2',
    suite: 'ECDHE-RSA-AES128-SHA256',
    client_random: hex('ed3c2cde84ae48bf6bee6b726f41f1bf56ee7841ab87d2536592ecbf99e8cdcb'),
    server_random: hex('f7e929ec4ebf99bb9d6a182736425a7d2f012a0e2d35b3ecfcb637a445d24475'),
    master_secret: hex(
      '724a8f5acaaa3cb9d4b403c32a5b9b9a01aa543455ba53a3c07c9a872fea94a16d817f798812359e838541facc8551a6',
    ),
    client_records: hex(`
      16030300507f04c7d83cb315b4facb52846925019f9fd25daf716b63f68ab1a3fd0130155e6335ff9a0ad6d8bb27c4cf2e61
      52af8443124542e768f959eae2ddb254de35758e28dfd269f508d3c2c3d53bd236b3a3170303004022feba1588e5e90a7c96
      b8dcacf217d378347caabf28a42eff068df752eba8799234764e3ef69710bbb755ea05fed522b542b352819f6eb0db7da415
      a89f97f0
    `),
    server_records: hex(`
      1603030050d438f7e35c3cc0fa291a0e3a6c07aa0ceb4cf74a9861574c92b50ff8dd2f94f241abe36f176c0eab0d08e9d799
      7448edd00384de67415e46fd53e63de8ee26e001c5f2a18b14b62150d32d4cbef4b78c17030300404035efb85ef35f1ed67f
      320d29adad4c4605da05644ddbfcc47dbf61d11dad72495c6ef7a4cac4ea313740842b3289419c611a931391904a2f98e0d9
      8abc81501503030040b31c2dc8857b7d9dde92be6ee327bb2e6ad125ac529fad975ff29c1432656d386622fdd9a7ccdf010c
      2abca777f658df31eb819ee77954d79e88572ce6cd64fc
    `),
  },
  {
    version: 'tlsv1.2',
    suite: 'ECDHE-RSA-AES256-SHA',
    client_random: hex('7218ae2a1227e40863fbbace3def81727a16dff8256dbe417a6dc386955d2f19'),
    server_random: hex('64f270b3c3373423d8aaafdf172267c629e52f56dacd63e520e2b20f33d02cd1'),
    master_secret: hex(
      'f91dac050e5ad6a0df000c716cecb7aa970a2c48975de8214a9934a06ee8cd921700443b03b1bf24c7c03a34def23597',
    ),
    client_records: hex(`
      16030300407f2e5f9a538c11f9151d3ca6363032b3d18804c8fff25324280d91f07bfc0983956959cd9df469a53231f5a404
      5f4502109cf239bd7b7e96191c9d95ccd1f24917030300301ccbd01747c5dd3d9032e0cac2972448ddbe11e9897cb8a90c28
      9c273c21ea93ac8465d79a76b6941cd25ff3457b5fd8
    `),
    server_records: hex(`
      160303004090a578c1e9d2c7f19eb95ec6dcb7eaf4aad1897581c907d733637f4f3e73f828ad96f708b506cb2701350f646d
      18b2d4c9059acbb62c82e98e25bdfcd53dc0791703030030e665ad8d3a164c7f2f36a6897f4b3c1845f0b3d45eea73c7e2fe
      ddad7211893d9a75ee847337822df5cfcfd4bf626b5d1503030030c4194f97789ad86530a6928b73d55f5ffdbbb1526df06f
      496fdbbe0288126ce0e4e7e9410571b59783d114d3072ae4b8
    `),
  },
  {
    version: 'tlsv1.2',
    suite: 'ECDHE-RSA-AES128-SHA',
    client_random: hex('19e010e0023a786c815d58c832f512d106eb462556fd0809a0a6986ffbdb1cf1'),
    server_random: hex('1ae2bf3e9376d51383787d45e9b6de167e718173ea8d11de0561cf834d3f7664'),
    master_secret: hex(
      '083deb711bdee76670c10de178f70d1b3336bb492129607da65b16873419120f9085deb1b337f6090c2b8fe68ff173d6',
    ),
    client_records: hex(`
      1603030040b7b2bc68794c3331c41dab40130ab855908a443e1dd4421a3a98707a40aab43a2d41da1d10472dc576d0f1c361
      45fb3db902af3d0e450b86b480c483f7792dca1703030030169cbc821619c79fbeab971e2be6816fd3b194ee9b3e5113401c
      70beb838ade8044fdb847ad418b0a0da6de06f6efafc
    `),
    server_records: hex(`
      160303004002d1cc44733a721491e39f0565ed6a495b41ad6776bfa18a64a995d55ce13b9d17ad571ecd56b0a767dd16c07c
      88449da10705fb34ebc2c73a1792f4330e31f517030300303d3599004e8be18db755a8cd6c373a1920c90c506cbe7ad717b8
      15e7d2f7ba40ae6afd115cf6fdc6122829b49ffd48871503030030187b69032c6694f42c6a3bf778baece8cce0e0453017bc
      54d564617db15f4e6a57bd6034ec8894a5a5e6c320ac911680
    `),
  },
  {
    version: 'tlsv1.1',
    suite: 'ECDHE-RSA-AES256-SHA',
    client_random: hex('d92a59aa8f53dd25e2f8d8582cbbfcb9916e7e5ed8706fafc0a47e0f149689bc'),
    server_random: hex('b493587cf01f07c5add08e651f1b1cc236f30d9785e501cc4526ce9c6905a3e3'),
    master_secret: hex(
      '8ad45abbf26ee828227f8cdc2ddfba2976492775368a66b3d3af444a884e28700f1a83f62fead39cd8906d2cf2d5ad99',
    ),
    client_records: hex(`
      1603020040413625cd569d2403b7fa93b86213a70f053653c0a984656cd5901cbeabae8371410493a6e1194b0fefeae4c523
      0d3ea3923662d9c709ce2d3e9c36a237deae4817030200301932ae70cb7f4bebd41fd87772883b417804e064a4aa2c17b822
      fe8515b3f60e5d8c02ffef7c998f9b0dcebcd8b89b37
    `),
    server_records: hex(`
      1603020040e7efa21d05738bbe5b41754f10f072071463158bfe5a9d1c2006e62e233e3f86635976704937675aa402392f22
      82c67198c4b684f66b6ad22196c60af9752afe1703020030f01edc20726c073fd15172ab647da25caa461ccee4a6d886fd2a
      53cc3f40a8696e4873d760b853303b7420bde33b13a315030200304604a5979586317bd090bd3e7aebedf03f5d39dde13f27
      2190bd9d59c5f329e0fc8be0c5e11ea79745053aa24688bd5e
    `),
  },
  {
    version: 'tlsv1',
    suite: 'ECDHE-RSA-AES128-SHA',
    client_random: hex('34dd0ee1a86ba96faf75a61d31bff61ac1f71cb395fe8941c3ec13055562412d'),
    server_random: hex('6c4ebdfb7e3a7f6fe1bb1b72fbc3b0442f0f8145d04c82ba105444093e547010'),
    master_secret: hex(
      '1fda8c1d85ee80cb12ebe3d26dd4c99b32c278e3b20a09e798dfc2ff17341f597ae74583dd47e70d2ca09e764dd6f695',
    ),
    client_records: hex(`
      16030100304098ac4fc2e770f0e41ae023f543aea6206c0e68cb4b2ed8c1b5135140d38f7bf93bfd15bb6c0e5354c5149680
      818aca1703010020c591c2048b03ecf24491861d8c4d94b21148f2240edfe153cd7e7e4507ed767a1703010020a3078dcadc
      e4423018000b23e9f04133b6ba70f2ecc6395b4367ab3c7d2f3fc8
    `),
    server_records: hex(`
      1603010030f923181661531ad17e8beb32ef72290301c3ac4adb862a6201bdb5be0fa019734540b27112b385b90de99411e1
      caa558170301002088f5571e1f70749da41e958e7d8ae7f3ce57c87955c05f643105bf5639121287170301002055352885e7
      1d1919c4b33eeca22792e4c3368c64af242fffbff501fa3ffadf881503010020bae7a599217106a582d6259c20c9a5429ba7
      3d7c450363695757ba3690e5ed3f
    `),
  },
]
