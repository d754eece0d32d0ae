using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server.Books;

/// <summary>Policies as the database keeps them.</summary>
internal static class PolicyText
{
    public static string Write(RolloutPolicy policy) => PolicyCodec.Write(policy);

    public static RolloutPolicy Read(string text) => PolicyCodec.Read(text);
}
