namespace CoreNode.Api.Peers.Requests;

/// <summary>How a node proves that it belongs to the cluster. The numbers are sent: never reuse one.</summary>
public enum NodeProof : byte
{
    /// <summary>Its certificate is signed by the peers' CA.</summary>
    Certificate = 1,

    /// <summary>It knows the secret that the cluster keeps in its guarded keys.</summary>
    Secret = 2,

    /// <summary>
    /// It knows the token that the cluster was made with: enough to be given the secret, and nothing else.
    /// </summary>
    Token = 3,
}
