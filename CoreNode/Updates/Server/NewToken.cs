namespace CoreNode.Updates.Server;

/// <summary>A token that was just made.</summary>
/// <param name="Token">It.</param>
/// <param name="Secret">What its bearer sends; shown this once and never again.</param>
public sealed record NewToken(AccessToken Token, string Secret);
