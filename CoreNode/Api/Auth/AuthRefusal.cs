using CoreNode.Store;

namespace CoreNode.Api.Auth;

/// <summary>
/// The answers to who may not do something: etcd's bodies, which tools compare, and in a header of ours which rule it
/// was. They say nothing about users or keys being there.
/// </summary>
internal static class AuthRefusal
{
    private const string Text = "Insufficient credentials";
    private const string Header = "X-CoreNode-Refused";

    /// <summary>For keys.</summary>
    public static readonly KeyError Key = KeyError.Of(ErrorCode.Unauthorized, Text);

    /// <summary>Says that the roles of whoever asks do not open a key.</summary>
    public static void ExplainKey(RequestContext context) => context.Headers[Header] =
        "users and roles: no role of this user opens that key; root grants it: corenode role grant --help";

    /// <summary>Refuses what only root may do.</summary>
    public static Task Root(RequestContext context)
    {
        context.Headers[Header] =
            "users and roles: only a user with the role root may do that; say who you are: corenode --user NAME";
        return context.Message(401, Text);
    }
}
