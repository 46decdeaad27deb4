//! The part of the command line that says whose tokens open the data plane.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, ensure};
use clap::Args;

use super::config::{path_or_nothing, said, said_path};
use crate::api::bearer::{IssuerOptions, Requirement, TokenOptions};

/// An issuer with new keys is asked this soon again at the earliest, however many unknown keys callers name.
const LEAST_BETWEEN_FETCHES: Duration = Duration::from_secs(10);

/// Whose tokens open the data plane, besides the keys of its loops.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Tokens of an OpenID Connect issuer")]
pub struct TokenArgs {
    /// An issuer whose tokens are taken, as they say it in `iss`: https://sts.windows.net/TENANT/ for Entra ID. May be
    /// given several times; in the variable with commas between. Without it only keys are taken.
    #[arg(long, env = "RANKLOOP_OIDC_ISSUER", value_name = "URL", value_delimiter = ',')]
    pub oidc_issuer: Vec<String>,

    /// Where the issuer's keys are (JWK Set), in the order of the issuers. Without it the issuer is asked for them, at
    /// /.well-known/openid-configuration.
    #[arg(long, env = "RANKLOOP_OIDC_JWKS_URL", value_name = "URL", value_delimiter = ',', requires = "oidc_issuer")]
    pub oidc_jwks_url: Vec<String>,

    /// Whom a token must be made for; one of several is enough. The default is what the clients of Azure ask for.
    #[arg(
        long,
        env = "RANKLOOP_OIDC_AUDIENCE",
        value_name = "AUDIENCE",
        value_delimiter = ',',
        default_value = "https://cognitiveservices.azure.com"
    )]
    pub oidc_audience: Vec<String>,

    /// The claim with the ids of the loops that a token may use. Without it a good token may use every loop.
    #[arg(long, env = "RANKLOOP_OIDC_LOOP_CLAIM", value_name = "CLAIM")]
    pub oidc_loop_claim: Option<String>,

    /// A role or scope that a token must have: in `roles`, `scp`, `scope` or `realm_access.roles`.
    #[arg(long, env = "RANKLOOP_OIDC_REQUIRED_ROLE", value_name = "ROLE")]
    pub oidc_required_role: Option<String>,

    /// What a claim must say, such as `appid=ID|ID` for the clients that may call. Given several times, all must hold.
    #[arg(long, env = "RANKLOOP_OIDC_REQUIRE", value_name = "CLAIM=VALUE", value_delimiter = ',')]
    pub oidc_require: Vec<String>,

    /// By how many seconds the clocks of issuer and server may differ.
    #[arg(long, env = "RANKLOOP_OIDC_CLOCK_SKEW", value_name = "SECONDS", default_value_t = 60)]
    pub oidc_clock_skew: u32,

    /// Certificates (PEM) of an authority of your own that the issuer's certificate stands on.
    #[arg(long, env = "RANKLOOP_OIDC_CA", value_name = "FILE", value_parser = path_or_nothing())]
    pub oidc_ca: Option<PathBuf>,
}

impl TokenArgs {
    /// What the command line says; `None` without an issuer. Empty values are how unset variables often look.
    pub fn options(&self) -> anyhow::Result<Option<TokenOptions>> {
        let (issuers, jwks_urls) = (said(&self.oidc_issuer), said(&self.oidc_jwks_url));
        if issuers.is_empty() {
            return Ok(None);
        }
        let (n_issuers, n_urls) = (issuers.len(), jwks_urls.len());
        ensure!(
            n_urls == 0 || n_urls == n_issuers,
            "--oidc-jwks-url must be given for each --oidc-issuer, or for none"
        );
        let jwks_urls = jwks_urls.into_iter().map(Some).chain(std::iter::repeat(None));
        let role = said(&self.oidc_required_role).iter().map(|role| Requirement::role(role)).collect();
        let read = |file: &PathBuf| std::fs::read(file).with_context(|| format!("cannot read {}", file.display()));
        Ok(Some(TokenOptions {
            issuers: issuers
                .into_iter()
                .zip(jwks_urls)
                .map(|(issuer, jwks_url)| IssuerOptions { issuer, jwks_url })
                .collect(),
            audiences: said(&self.oidc_audience),
            loop_claim: said(&self.oidc_loop_claim).pop(),
            requirements: self.requirements(role)?,
            clock_skew: Duration::from_secs(self.oidc_clock_skew.into()),
            least_between_fetches: LEAST_BETWEEN_FETCHES,
            extra_ca: said_path(self.oidc_ca.as_ref()).map(read).transpose()?,
        }))
    }

    fn requirements(&self, mut all: Vec<Requirement>) -> anyhow::Result<Vec<Requirement>> {
        for text in said(&self.oidc_require) {
            all.push(text.parse().with_context(|| format!("--oidc-require {text}"))?);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{
        super::config::{Command, Config},
        *,
    };

    fn token_args(arguments: &[&str]) -> TokenArgs {
        let arguments = ["rankloop", "serve"].iter().chain(arguments);
        match Config::try_parse_from(arguments).expect("a good command line").command {
            Command::Serve(options) => options.tokens,
            other => panic!("another command: {other:?}"),
        }
    }

    #[test]
    fn addresses_of_keys_belong_to_the_issuers_in_their_order() {
        let args = token_args(&["--oidc-issuer", "https://a,https://b", "--oidc-jwks-url", "https://a/k,https://b/k"]);
        let options = args.options().expect("sound").expect("issuers");
        assert_eq!(options.issuers[1].issuer, "https://b");
        assert_eq!(options.issuers[1].jwks_url.as_deref(), Some("https://b/k"));
        assert_eq!(options.audiences, ["https://cognitiveservices.azure.com"]);
        let args = token_args(&["--oidc-issuer", "https://a,https://b", "--oidc-jwks-url", "https://a/k"]);
        assert!(args.options().is_err());
        assert!(token_args(&[]).options().expect("sound").is_none());
        assert!(token_args(&["--oidc-issuer", ""]).options().expect("sound").is_none());
    }
}
