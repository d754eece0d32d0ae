using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Keeping;

/// <summary>What everybody may read, as the last durable batch left it. Immutable.</summary>
internal sealed record Published(Catalogue Catalogue, IReadOnlyList<TokenEntry> Tokens, int Machines);
