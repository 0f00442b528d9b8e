// Java's own TLS (JSSE) as a told program: see matrix/told_program.ts for the lines it reads and writes.
//
// java -Djdk.tls.server.enableSessionTicketExtension=false -Djdk.tls.client.enableSessionTicketExtension=false JavaPeer.java

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

public final class JavaPeer {
  private static final int PATIENCE = 10_000; // milliseconds
  private static final char[] PASSWORD = "secret".toCharArray();
  private static final Map<String, ServerSocket> listeners = new ConcurrentHashMap<>();

  public static void main(String[] args) throws Exception {
    for (String property : new String[] {"tls.disabledAlgorithms", "tls.legacyAlgorithms", "certpath.disabledAlgorithms"}) {
      Security.setProperty("jdk." + property, "");
    }
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
      say(id, "failed " + error);
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
    SSLContext context = context(options);
    ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    listeners.put(id, listener);
    say(id, "port " + listener.getLocalPort());
    while (!listener.isClosed()) {
      try {
        Socket transport = listener.accept();
        new Thread(() -> serve(id, options, context, transport)).start();
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static void serve(String id, Map<String, String> options, SSLContext context, Socket transport) {
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(transport, null, true)) {
      socket.setUseClientMode(false);
      prepare(socket, options);
      if ("needed".equals(options.get("asks"))) socket.setNeedClientAuth(true);
      if ("wanted".equals(options.get("asks"))) socket.setWantClientAuth(true);
      socket.startHandshake();
      OutputStream out = socket.getOutputStream();
      for (String line; (line = read_line(socket.getInputStream())) != null; ) write_line(out, line);
    } catch (Exception error) {
      say(id, "served " + error);
    }
  }

  // ---- Client

  private static void converse(String id, Map<String, String> options) throws Exception {
    SSLContext context = context(options);
    byte[] before = null;
    for (int left = Integer.parseInt(options.get("times")); left > 0; left--) {
      Socket transport = new Socket();
      int port = Integer.parseInt(options.get("port"));
      transport.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE);
      try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(transport, "localhost", port, true)) {
        prepare(socket, options);
        socket.startHandshake();
        SSLSession session = socket.getSession();
        boolean resumed = session.getId().length > 0 && Arrays.equals(session.getId(), before);
        before = session.getId();
        String suite = session.getCipherSuite().replaceFirst("^SSL_", "TLS_");
        say(id, "connected protocol=" + session.getProtocol() + " suite=" + suite + " resumed=" + resumed);
        write_line(socket.getOutputStream(), options.get("line"));
        say(id, "received " + read_line(socket.getInputStream()));
      }
    }
    say(id, "done");
  }

  // ---- Both

  private static void prepare(SSLSocket socket, Map<String, String> options) throws IOException {
    socket.setSoTimeout(PATIENCE);
    socket.setEnabledProtocols(new String[] {options.get("version")});
    socket.setEnabledCipherSuites(options.get("suites").split(","));
  }

  private static SSLContext context(Map<String, String> options) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(key_managers(options), trust_managers(options), null);
    return context;
  }

  private static KeyManager[] key_managers(Map<String, String> options) throws Exception {
    if (!options.containsKey("cert")) return null;
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("own", private_key(options.get("key")), PASSWORD, certificates(options.get("cert")));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("NewSunX509");
    factory.init(store, PASSWORD);
    return factory.getKeyManagers();
  }

  private static TrustManager[] trust_managers(Map<String, String> options) throws Exception {
    if (!options.containsKey("cacerts")) return null;
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (Certificate root : certificates(options.get("cacerts"))) {
      store.setCertificateEntry("root" + store.size(), root);
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static Certificate[] certificates(String file) throws Exception {
    try (InputStream in = new FileInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in).toArray(new Certificate[0]);
    }
  }

  private static PrivateKey private_key(String file) throws Exception {
    String base64 = Files.readString(Path.of(file)).replaceAll("-----.*-----|\\s", "");
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64));
    for (String algorithm : new String[] {"RSA", "EC"}) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException of_another_kind) {
        continue;
      }
    }
    return KeyFactory.getInstance("DSA").generatePrivate(spec);
  }

  private static String read_line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int octet; (octet = in.read()) >= 0; line.append((char) octet)) {
      if (octet == '\n') return line.toString();
    }
    return null;
  }

  private static void write_line(OutputStream out, String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
