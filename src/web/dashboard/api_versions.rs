//! Every version of the Azure contract that is served, and the two addresses that lead to it.

use leptos::prelude::*;

use crate::web::components::SecretField;

/// A version as somebody who has a client looks for it.
#[derive(Debug)]
struct Served {
    name: &'static str,
    /// Where its Rank is, behind the endpoint.
    rank: &'static str,
    /// Clients that speak it, or what it was for.
    clients: &'static str,
    has_multi_slot: bool,
}

const VERSIONS: [Served; 6] = [
    Served {
        name: "v1.0",
        rank: "/personalizer/v1.0/rank",
        clients: "Azure's first clients for .NET, Python, JavaScript and Go",
        has_multi_slot: false,
    },
    Served {
        name: "2022-09-01-preview",
        rank: "/personalizer/rank?api-version=2022-09-01-preview",
        clients: "azure-ai-personalizer for Python",
        has_multi_slot: true,
    },
    Served {
        name: "v1.1-preview.3",
        rank: "/personalizer/v1.1-preview.3/rank",
        clients: "@azure-rest/ai-personalizer, Azure.AI.Personalizer for .NET, azure-ai-personalizer for Java",
        has_multi_slot: true,
    },
    Served {
        name: "v1.1-preview.2",
        rank: "/personalizer/v1.1-preview.2/rank",
        clients: "Local inference of Azure.AI.Personalizer for .NET",
        has_multi_slot: true,
    },
    Served {
        name: "v1.1-preview.1",
        rank: "/personalizer/v1.1-preview.1/rank",
        clients: "Local inference of Azure.AI.Personalizer for .NET",
        has_multi_slot: true,
    },
    Served {
        name: "v1.0-preview",
        rank: "/personalizer/v1.0-preview/rank",
        clients: "The first preview: Rank, Reward and Activate",
        has_multi_slot: false,
    },
];

/// The card on the page of the keys.
#[component]
pub fn ApiVersions(
    /// The server's own address.
    root: String,
) -> impl IntoView {
    let row = |served: Served| {
        view! {
            <tr>
                <th scope="row">{served.name}</th>
                <td data-label="Rank"><code class="address">{served.rank}</code></td>
                <td data-label="Several slots">{if served.has_multi_slot { "yes" } else { "no" }}</td>
                <td data-label="Clients" class="muted">{served.clients}</td>
            </tr>
        }
    };
    view! {
        <section class="card">
            <h2>"Versions and addresses"</h2>
            <p class="muted">
                "All versions are served at two endpoints. Behind the loop's own prefix, the endpoint above, a key of another loop is refused, so that a mistake cannot teach the wrong loop. At the server's root the key alone says which loop is meant: for clients that take no path in their endpoint."
            </p>
            <SecretField label="Root" value=root/>
            <table class="table table--cards table--boxed">
                <caption class="visually-hidden">"Served versions of the API"</caption>
                <thead><tr>
                    <th scope="col">"Version"</th><th scope="col">"Rank, behind either endpoint"</th>
                    <th scope="col">"Several slots"</th><th scope="col">"Clients"</th>
                </tr></thead>
                <tbody>{VERSIONS.map(row).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}
