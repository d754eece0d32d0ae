using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Orders;

/// <summary>
/// Orders about tokens, carried out by the ledger. A secret is 256 random bits, so its plain SHA-256 is as good as a
/// slow hash: there is nothing to guess.
/// </summary>
internal static class TokenOrders
{
    private const string Prefix = "cnus_";
    private const int SecretBytes = 32;
    private const int MostTokens = 1000;

    public static NewToken Add(OrderDesk desk, Actor who, string name, AccessRole role, DateTimeOffset? expires)
    {
        IReadOnlyList<TokenEntry> tokens = desk.Books.Tokens;
        if (!Enum.IsDefined(role))
            throw OrderDesk.Invalid("a token is for a viewer or an admin");
        if (expires <= desk.Moment)
            throw OrderDesk.Invalid("the token would count no more: its end is past");
        foreach (TokenEntry entry in tokens)
        {
            if (entry.Token.Name == name)
                throw OrderDesk.Conflict($"there is a token {name} already");
        }

        if (tokens.Count >= MostTokens)
            throw new CatalogueException(CatalogueFault.Full, $"there are {MostTokens} tokens already");
        string secret = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        AccessToken token = new()
        {
            Id = desk.NewNumber(),
            Name = Words.Name("a token", name),
            Role = role,
            Created = desk.Moment,
            Expires = expires is { } end ? UnixTime.Whole(end) : null,
        };
        TokenEntry added = new(token, HashOf(secret));
        Set(desk, [.. tokens, added]);
        desk.Changes.Write(tables => tables.Run(
            "INSERT INTO token VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            token.Id, token.Name, (long)token.Role, added.Sha256, UnixTime.Of(token.Created),
            token.Expires is { } until ? (object)UnixTime.Of(until) : null));
        desk.Audit(who, "token.add", token.Name, token.Role.ToString());
        return new NewToken(token, secret);
    }

    public static AccessToken Remove(OrderDesk desk, Actor who, string name)
    {
        foreach (TokenEntry entry in desk.Books.Tokens)
        {
            if (entry.Token.Name != name)
                continue;
            Set(desk, AppOrders.Keep(desk.Books.Tokens, one => one != entry));
            desk.Changes.Write(tables => tables.Run("DELETE FROM token WHERE number = ?1", entry.Token.Id));
            desk.Audit(who, "token.remove", name, "");
            return entry.Token;
        }

        throw OrderDesk.Missing($"there is no token {Words.Shown(name)}");
    }

    /// <summary>The token of a secret, if it counts now; null otherwise.</summary>
    public static AccessToken? Find(IReadOnlyList<TokenEntry> tokens, string secret, DateTimeOffset now)
    {
        byte[] hash = HashOf(secret);
        AccessToken? found = null;
        foreach (TokenEntry entry in tokens)
        {
            if (CryptographicOperations.FixedTimeEquals(entry.Sha256, hash))
                found = entry.Token;
        }

        return found?.Expires <= now ? null : found;
    }

    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static void Set(OrderDesk desk, IReadOnlyList<TokenEntry> tokens)
    {
        IReadOnlyList<TokenEntry> before = desk.Books.Tokens;
        desk.Books.Tokens = tokens;
        desk.Changes.Undo(() => desk.Books.Tokens = before);
    }
}
