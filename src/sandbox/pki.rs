//! The sandbox's certificates: a CA, and leaves that it signs.
//!
//! A leaf of its own is needed: rustls refuses a CA certificate as a server's (`CaUsedAsEndEntity`).

use std::net::IpAddr;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType,
};

/// A certificate authority: its certificate and its key, both PEM.
#[derive(Clone)]
pub struct Authority {
    /// The CA certificate; goes into the kubeconfig and `kube-root-ca.crt`.
    pub cert_pem: String,
    /// The CA's private key; mode 0600 on disk.
    pub key_pem: String,
}

/// A certificate signed by an [`Authority`], with its key, both PEM.
#[derive(Clone)]
pub struct Leaf {
    /// The certificate.
    pub cert_pem: String,
    /// Its private key.
    pub key_pem: String,
}

impl Authority {
    /// A new CA, valid from 1975 to 4096, as a learner's clock may be off.
    pub fn generate() -> Result<Self, rcgen::Error> {
        let params = ca_params();
        let key = KeyPair::generate()?;
        let cert = params.self_signed(&key)?;
        Ok(Self { cert_pem: cert.pem(), key_pem: key.serialize_pem() })
    }

    /// A server certificate for these names and addresses.
    pub fn issue(&self, common_name: &str, names: &[&str], addresses: &[IpAddr]) -> Result<Leaf, rcgen::Error> {
        let ca_key = KeyPair::from_pem(&self.key_pem)?;
        let issuer = Issuer::new(ca_params(), ca_key);
        let mut params = CertificateParams::new(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>())?;
        params.subject_alt_names.extend(addresses.iter().map(|a| SanType::IpAddress(*a)));
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate()?;
        let cert = params.signed_by(&key, &issuer)?;
        Ok(Leaf { cert_pem: cert.pem(), key_pem: key.serialize_pem() })
    }

    /// The CA certificate as rustls wants it.
    pub fn cert_der(&self) -> Result<rustls::pki_types::CertificateDer<'static>, rcgen::Error> {
        pem_to_der(&self.cert_pem)
    }
}

fn ca_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "k8s-tutor-sandbox-ca");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    params
}

fn pem_to_der(pem: &str) -> Result<rustls::pki_types::CertificateDer<'static>, rcgen::Error> {
    use rustls::pki_types::pem::PemObject;
    rustls::pki_types::CertificateDer::from_pem_slice(pem.as_bytes())
        .map_err(|_| rcgen::Error::CouldNotParseCertificate)
}

impl Leaf {
    /// A rustls server configuration that shows this certificate.
    pub fn server_config(&self) -> Result<rustls::ServerConfig, rustls::Error> {
        use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
        let bad =
            |e: rustls::pki_types::pem::Error| rustls::Error::General(format!("the sandbox's own certificate: {e}"));
        let certs =
            CertificateDer::pem_slice_iter(self.cert_pem.as_bytes()).collect::<Result<Vec<_>, _>>().map_err(bad)?;
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes()).map_err(bad)?;
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(certs, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_is_usable_by_a_server() {
        let ca = Authority::generate().expect("a CA");
        let leaf =
            ca.issue("kube-apiserver", &["localhost"], &["127.0.0.1".parse().expect("an address")]).expect("a leaf");
        leaf.server_config().expect("rustls takes it");
    }
}
