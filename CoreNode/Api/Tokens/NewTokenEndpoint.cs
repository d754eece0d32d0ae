using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using CoreNode.Discovery;

namespace CoreNode.Api.Tokens;

/// <summary>/new?size=N: a new token, answered as its URL in plain text.</summary>
internal sealed class NewTokenEndpoint(TokenRegistry registry, string? advertisedUrl)
{
    private static readonly SearchValues<char> s_hostCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]");

    /// <summary>Answers GET, POST and PUT, as clients of discovery.etcd.io ask.</summary>
    public async Task Answer(RequestContext context, byte[] query)
    {
        if (context.Method is not ("GET" or "POST" or "PUT"))
        {
            await context.MethodNotAllowed("GET, POST, PUT");
            return;
        }

        if (!TryReadSize(query, out int size))
        {
            await Refuse(context, 400, string.Create(CultureInfo.InvariantCulture,
                $"size: a whole number of machines from 1 to {SearchPlan.MostMembers} is needed, for example ")
                + "/new?size=3; machines beyond it become proxies");
            return;
        }

        NewToken made = await registry.CreateAsync(size, context.RemoteAddress, CancellationToken.None);
        await (made switch
        {
            NewToken.Made token => context.Plain(200, Encoding.ASCII.GetBytes($"{BaseUrl(context)}/{token.Token}")),
            NewToken.TooMany tooMany => Refuse(context, 429, tooMany.Reason),
            NewToken.Unavailable unavailable => Refuse(context, 503, unavailable.Reason),
            _ => throw new InvalidOperationException("an unknown kind of outcome"),
        });
    }

    private static Task Refuse(RequestContext context, int status, string reason) =>
        context.PlainError(status, Encoding.UTF8.GetBytes(reason + "\n"));

    private static bool TryReadSize(byte[] query, out int size)
    {
        size = TokenLimits.DefaultSize;
        FormReader reader = new(query, new byte[query.Length]);
        while (reader.MoveNext())
        {
            if (!reader.Name.SequenceEqual("size"u8))
                continue;
            return int.TryParse(reader.Value, NumberStyles.None, CultureInfo.InvariantCulture, out size)
                && size is >= 1 and <= SearchPlan.MostMembers;
        }

        return reader.Error is null;
    }

    // By the name that the client knows the service by, if it is one.
    private string BaseUrl(RequestContext context)
    {
        if (advertisedUrl is not null)
            return advertisedUrl;
        string scheme = context.Listener.IsTls ? "https" : "http";
        string host = context.RequestHeaders.Host.ToString();
        bool isName = host.Length is > 0 and <= 260
            && !host.AsSpan().ContainsAnyExcept(s_hostCharacters)
            && Uri.TryCreate($"{scheme}://{host}", UriKind.Absolute, out _);
        return $"{scheme}://{(isName ? host : ((IPEndPoint)context.Listener.EndPoint).ToString())}";
    }
}
