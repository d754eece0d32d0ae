using System.Text.Json;

namespace CoreNode.Api.Client.Units;

/// <summary>Makes replies of the admin surface of what came over HTTP.</summary>
internal static class AdminAnswer
{
    /// <summary>The reply; <paramref name="read"/> reads the body of a success.</summary>
    public static AdminReply<T> Read<T>(V2Reply reply, Func<byte[], T> read)
        where T : class
    {
        if (reply is V2Reply.Failed failed)
            return new AdminReply<T>.Failed(failed);
        var answer = (V2Reply.Answered)reply;
        if (!answer.IsSuccess)
            return new AdminReply<T>.Refused(answer.Endpoint, answer.Status, UnitsJson.ParseMessage(answer.Body));
        try
        {
            return new AdminReply<T>.Done(read(answer.Body));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            return new AdminReply<T>.Refused(answer.Endpoint, answer.Status, $"it is no answer: {fault.Message}");
        }
    }
}
