using System.Globalization;
using CoreNode.Api.Wire;
using CoreNode.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace CoreNode.Api;

/// <summary>The shape of answers of /v2/keys: position headers on success, code and cause on failure.</summary>
internal static class KeyAnswer
{
    private const string EtcdIndexHeader = "X-Etcd-Index";
    private const string RaftIndexHeader = "X-Raft-Index";
    private const string RaftTermHeader = "X-Raft-Term";

    private static readonly StringValues s_zero = "0";

    /// <summary>Says at which state of the store the answer was made.</summary>
    public static void SetPosition(RequestContext context, IndexHeaders position)
    {
        IHeaderDictionary headers = context.Headers;
        headers[EtcdIndexHeader] = position.EtcdIndex;
        headers[RaftIndexHeader] = position.RaftIndex;
        headers[RaftTermHeader] = position.RaftTerm;
    }

    /// <summary>Answers with an error; those have no Raft headers.</summary>
    public static Task Fail(RequestContext context, KeyError error) =>
        Fail(context, ErrorCodes.HttpStatus(error.Code), error);

    /// <summary>Answers with an error and another status than that of its code.</summary>
    public static Task Fail(RequestContext context, int status, KeyError error)
    {
        context.Headers[EtcdIndexHeader] =
            error.Index == 0 ? s_zero : error.Index.ToString(CultureInfo.InvariantCulture);
        JsonBuffer json = RequestScratch.Current.TakeJson();
        KeyJson.WriteError(json, error);
        return context.Json(status, json);
    }
}
