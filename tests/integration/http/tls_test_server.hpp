#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

namespace metricstream::http::test {

// One certificate authority and one certificate for `name`, made by openssl's command in a directory of their own.
class TestCertificate {
 public:
  explicit TestCertificate(const std::string& name)
      : directory_(std::filesystem::temp_directory_path() / ("ms-tls-" + std::to_string(getpid()) + "-" + name)) {
    std::filesystem::create_directories(directory_);
    const std::string kind = name.find_first_not_of("0123456789.") == std::string::npos ? "IP:" : "DNS:";
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 "
        "-subj /CN=test -addext subjectAltName=" +
        kind + name + " -keyout " + key() + " -out " + certificate() + " 2>/dev/null";
    is_made_ = std::system(command.c_str()) == 0;
  }
  ~TestCertificate() { std::filesystem::remove_all(directory_); }
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  [[nodiscard]] bool is_made() const { return is_made_; }
  [[nodiscard]] std::string key() const { return directory_ / "key.pem"; }
  [[nodiscard]] std::string certificate() const { return directory_ / "cert.pem"; }

 private:
  std::filesystem::path directory_;
  bool is_made_ = false;
};

// Answers every request on any number of connections, one after the other, with 200 and "secret".
class TlsTestServer {
 public:
  explicit TlsTestServer(const TestCertificate& certificate)
      : acceptor_(loop_, {boost::asio::ip::address_v4::loopback(), 0}) {
    context_.use_certificate_file(certificate.certificate(), boost::asio::ssl::context::pem);
    context_.use_private_key_file(certificate.key(), boost::asio::ssl::context::pem);
    port_ = acceptor_.local_endpoint().port();
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsTestServer() {
    is_ending_ = true;
    boost::asio::io_context loop;
    boost::asio::ip::tcp::socket wake(loop);
    boost::system::error_code ignored;
    wake.connect({boost::asio::ip::address_v4::loopback(), port_}, ignored);
    wake.close(ignored);
    thread_.join();
  }
  TlsTestServer(const TlsTestServer&) = delete;
  TlsTestServer& operator=(const TlsTestServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void serve() {
    while (!is_ending_) {
      boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream(loop_, context_);
      boost::system::error_code error;
      acceptor_.accept(stream.next_layer(), error);
      if (!error) stream.handshake(boost::asio::ssl::stream_base::server, error);
      char block[4096];
      while (!error) {
        stream.read_some(boost::asio::buffer(block), error);
        if (error) break;
        const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";
        boost::asio::write(stream, boost::asio::buffer(answer), error);
      }
    }
  }

  boost::asio::io_context loop_;
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_server};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::atomic<bool> is_ending_{false};
  std::thread thread_;
};

}  // namespace metricstream::http::test
