/* An addon that gives JavaScript dup(2), which Node has not. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;

extern int napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
extern int napi_get_value_int32(napi_env, napi_value, int32_t *);
extern int napi_create_int32(napi_env, int32_t, napi_value *);
extern int napi_create_function(napi_env, const char *, size_t,
                                napi_value (*)(napi_env, napi_callback_info), void *, napi_value *);

static napi_value duplicate(napi_env env, napi_callback_info info) {
    size_t count = 1;
    napi_value argument, result = 0;
    int32_t fd = -1;
    napi_get_cb_info(env, info, &count, &argument, 0, 0);
    napi_get_value_int32(env, argument, &fd);
    napi_create_int32(env, fcntl(fd, F_DUPFD_CLOEXEC, 0), &result);
    return result;
}

napi_value napi_register_module_v1(napi_env env, napi_value exports) {
    (void)exports;
    napi_value function = 0;
    napi_create_function(env, "duplicate", 9, duplicate, 0, &function);
    return function;
}
