// The TLS of BouncyCastle, its low-level API, as a told program: see matrix/told_program.ts for the lines it reads
// and writes.
//
// java -cp bctls.jar:bcprov.jar:bcutil.jar BouncyPeer.java

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.crypto.agreement.srp.SRP6StandardGroups;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.SRP6GroupParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.tls.*;
import org.bouncycastle.tls.crypto.*;
import org.bouncycastle.tls.crypto.impl.bc.*;
import org.bouncycastle.util.encoders.Hex;

public final class BouncyPeer {
  private static final int PATIENCE = 10_000; // milliseconds
  private static final BcTlsCrypto crypto = new BcTlsCrypto(new SecureRandom());
  private static final Map<String, ServerSocket> listeners = new ConcurrentHashMap<>();

  public static void main(String[] args) throws Exception {
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = orders.readLine()) != null; ) {
      String[] words = line.split("\t");
      new Thread(() -> obey(words[0], words[1], options(words))).start();
    }
    System.exit(0); // who started us is gone
  }

  private static void obey(String id, String order, Map<String, String> options) {
    try {
      switch (order) {
        case "listen" -> listen(id, options);
        case "connect" -> converse(id, options);
        case "close" -> listeners.remove(options.get("listener")).close();
        default -> throw new IllegalArgumentException(order);
      }
    } catch (Exception error) {
      say(id, "failed " + error + " " + error.getCause());
    }
  }

  private static Map<String, String> options(String[] words) {
    Map<String, String> options = new HashMap<>();
    for (String word : Arrays.asList(words).subList(2, words.length)) {
      int equals = word.indexOf('=');
      options.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return options;
  }

  private static synchronized void say(String id, String what) {
    System.out.println(id + " " + what.replaceAll("\\s+", " "));
    System.out.flush();
  }

  // ---- Server

  private static void listen(String id, Map<String, String> options) throws Exception {
    Map<String, TlsSession> sessions = new ConcurrentHashMap<>();
    ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    listeners.put(id, listener);
    say(id, "port " + listener.getLocalPort());
    while (!listener.isClosed()) {
      try {
        Socket transport = listener.accept();
        new Thread(() -> serve(id, options, sessions, transport)).start();
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static void serve(String id, Map<String, String> options, Map<String, TlsSession> sessions, Socket transport) {
    try (transport) {
      transport.setSoTimeout(PATIENCE);
      TlsServerProtocol protocol = new TlsServerProtocol(transport.getInputStream(), transport.getOutputStream());
      protocol.accept(new Server(options, sessions));
      OutputStream out = protocol.getOutputStream();
      for (String line; (line = read_line(protocol.getInputStream())) != null; ) write_line(out, line);
      protocol.close();
    } catch (Exception error) {
      say(id, "served " + error + " " + error.getCause());
    }
  }

  private static final class Server extends AbstractTlsServer {
    private final Map<String, String> options;
    private final Map<String, TlsSession> sessions;
    private byte[] srp_user;

    Server(Map<String, String> options, Map<String, TlsSession> sessions) {
      super(crypto);
      this.options = options;
      this.sessions = sessions;
    }

    @Override
    protected int[] getSupportedCipherSuites() {
      return suites(options);
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
      return version(options);
    }

    /** Not every client has extended master secrets. */
    @Override
    public boolean allowLegacyResumption() {
      return true;
    }

    @Override
    public byte[] getNewSessionID() {
      return context.getNonceGenerator().generateNonce(32);
    }

    @Override
    public TlsSession getSessionToResume(byte[] id) {
      return sessions.get(Hex.toHexString(id));
    }

    @Override
    public void notifyHandshakeComplete() throws IOException {
      super.notifyHandshakeComplete();
      TlsSession session = context.getSession();
      if (session != null) sessions.put(Hex.toHexString(session.getSessionID()), session);
    }

    @Override
    public void processClientExtensions(Hashtable extensions) throws IOException {
      super.processClientExtensions(extensions);
      srp_user = TlsSRPUtils.getSRPExtension(extensions);
    }

    @Override
    public TlsPSKIdentityManager getPSKIdentityManager() {
      return new TlsPSKIdentityManager() {
        @Override
        public byte[] getHint() {
          return null;
        }

        @Override
        public byte[] getPSK(byte[] identity) {
          return Arrays.equals(identity, bytes(options.get("psk_identity"))) ? Hex.decode(options.get("psk")) : null;
        }
      };
    }

    @Override
    public TlsSRPLoginParameters getSRPLoginParameters() throws IOException {
      if (!Arrays.equals(srp_user, bytes(options.get("srp_user")))) {
        throw new TlsFatalAlert(AlertDescription.unknown_psk_identity);
      }
      SRP6GroupParameters group = SRP6StandardGroups.rfc5054_2048;
      TlsSRPConfig config = new TlsSRPConfig();
      config.setExplicitNG(new BigInteger[] {group.getN(), group.getG()});
      byte[] salt = Hex.decode(options.get("srp_salt"));
      byte[] password = bytes(options.get("srp_password"));
      BigInteger verifier = crypto.createSRP6VerifierGenerator(config).generateVerifier(salt, srp_user, password);
      return new TlsSRPLoginParameters(srp_user, config, verifier, salt);
    }

    @Override
    public TlsCredentials getCredentials() throws IOException {
      if (!options.containsKey("cert")) return null;
      Certificate chain = new Certificate(new TlsCertificate[] {crypto.createCertificate(pem(options.get("cert")))});
      AsymmetricKeyParameter key = PrivateKeyFactory.createKey(pem(options.get("key")));
      return switch (context.getSecurityParametersHandshake().getKeyExchangeAlgorithm()) {
        case KeyExchangeAlgorithm.RSA, KeyExchangeAlgorithm.RSA_PSK ->
            new BcDefaultTlsCredentialedDecryptor(crypto, chain, key);
        case KeyExchangeAlgorithm.DHE_DSS, KeyExchangeAlgorithm.SRP_DSS -> signer(SignatureAlgorithm.dsa, key, chain);
        case KeyExchangeAlgorithm.ECDHE_ECDSA -> signer(SignatureAlgorithm.ecdsa, key, chain);
        default -> signer(SignatureAlgorithm.rsa, key, chain);
      };
    }

    private TlsCredentials signer(short algorithm, AsymmetricKeyParameter key, Certificate chain) throws IOException {
      SignatureAndHashAlgorithm pair = null;
      if (TlsUtils.isTLSv12(context)) {
        Vector offered = context.getSecurityParametersHandshake().getClientSigAlgs();
        pair = TlsUtils.chooseSignatureAndHashAlgorithm(context, offered, algorithm);
      }
      return new BcDefaultTlsCredentialedSigner(new TlsCryptoParameters(context), crypto, key, chain, pair);
    }
  }

  // ---- Client

  private static void converse(String id, Map<String, String> options) throws Exception {
    TlsSession session = null;
    for (int left = Integer.parseInt(options.get("times")); left > 0; left--) {
      try (Socket transport = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(options.get("port")))) {
        transport.setSoTimeout(PATIENCE);
        TlsClientProtocol protocol = new TlsClientProtocol(transport.getInputStream(), transport.getOutputStream());
        Client client = new Client(id, options, session);
        protocol.connect(client);
        write_line(protocol.getOutputStream(), options.get("line"));
        say(id, "received " + read_line(protocol.getInputStream()));
        session = client.session();
        protocol.close();
      }
    }
    say(id, "done");
  }

  private static final class Client extends AbstractTlsClient {
    private final String id;
    private final Map<String, String> options;
    private final TlsSession before;

    Client(String id, Map<String, String> options, TlsSession before) {
      super(crypto);
      this.id = id;
      this.options = options;
      this.before = before;
    }

    TlsSession session() {
      return context.getSession();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
      return suites(options);
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
      return version(options);
    }

    @Override
    public Hashtable getClientExtensions() throws IOException {
      Hashtable extensions = TlsExtensionsUtils.ensureExtensionsInitialised(super.getClientExtensions());
      if (options.containsKey("srp_user")) TlsSRPUtils.addSRPExtension(extensions, bytes(options.get("srp_user")));
      return extensions;
    }

    @Override
    public TlsSession getSessionToResume() {
      return before;
    }

    /** Not every server has extended master secrets. */
    @Override
    public boolean allowLegacyResumption() {
      return true;
    }

    @Override
    public void notifyHandshakeComplete() throws IOException {
      super.notifyHandshakeComplete();
      SecurityParameters known = context.getSecurityParametersConnection();
      String suite = suite_name(known.getCipherSuite());
      String facts = " suite=" + suite + " resumed=" + known.isResumedSession();
      say(id, "connected protocol=" + known.getNegotiatedVersion().getName().replace(" ", "v").replace(".0", "") + facts);
    }

    @Override
    public TlsPSKIdentity getPSKIdentity() {
      return new BasicTlsPSKIdentity(bytes(options.get("psk_identity")), Hex.decode(options.get("psk")));
    }

    @Override
    public TlsSRPIdentity getSRPIdentity() {
      return new BasicTlsSRPIdentity(bytes(options.get("srp_user")), bytes(options.get("srp_password")));
    }

    @Override
    public TlsAuthentication getAuthentication() {
      return new TlsAuthentication() {
        /** It has no path validation of its own; that the signatures are of this key it does check. */
        @Override
        public void notifyServerCertificate(TlsServerCertificate shown) {}

        @Override
        public TlsCredentials getClientCredentials(CertificateRequest request) {
          return null;
        }
      };
    }
  }

  // ---- Both

  private static ProtocolVersion[] version(Map<String, String> options) {
    return new ProtocolVersion[] {(ProtocolVersion) constant(ProtocolVersion.class, options.get("version"))};
  }

  private static int[] suites(Map<String, String> options) {
    return Arrays.stream(options.get("suites").split(","))
        .mapToInt(name -> (Integer) constant(CipherSuite.class, name))
        .toArray();
  }

  private static Object constant(Class<?> of, String name) {
    try {
      return of.getField(name).get(null);
    } catch (ReflectiveOperationException unknown) {
      throw new IllegalArgumentException(name, unknown);
    }
  }

  private static String suite_name(int code) {
    return Arrays.stream(CipherSuite.class.getFields())
        .filter(field -> field.getType() == int.class && field.getName().startsWith("TLS_"))
        .filter(field -> constant(CipherSuite.class, field.getName()).equals(code))
        .findFirst()
        .get()
        .getName();
  }

  private static byte[] pem(String file) throws IOException {
    String base64 = Files.readString(Path.of(file)).replaceAll("-----.*-----|\\s", "");
    return Base64.getDecoder().decode(base64);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String read_line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int octet; (octet = in.read()) >= 0; line.append((char) octet)) {
      if (octet == '\n') return line.toString();
    }
    return null;
  }

  private static void write_line(OutputStream out, String line) throws IOException {
    out.write(bytes(line + "\n"));
    out.flush();
  }
}
